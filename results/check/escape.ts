/**
 * Text of strangers (names of rows, branches, answers) in places that read markup: nothing of it is a link, a mention,
 * an image, a cell's end or a command.
 */
import { short, visible } from "../columns.ts";

/** In Markdown, on one line. https://github.github.com/gfm/ */
export const inMarkdown = (text: string, most = 200): string =>
  short(visible(text), most)
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll(/[\\`*_{}[\]()#+!|~$:-]/g, (one) => `&#${one.codePointAt(0)};`)
    // A mention, and a number that would link to an issue, are none once something stands between.
    .replaceAll("@", "&#64;").replaceAll(/(?<=\w)\.(?=\w)/g, "&#46;");

/** In a fenced block: as it is, but for what could end the fence. */
export const inFence = (text: string, most = 600): string =>
  short(text.split("\n").map(visible).join("\n"), most).replaceAll("```", "'''");

/** In a workflow command's message. https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export const inCommand = (text: string): string =>
  visible(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

/** In a workflow command's property, e.g. its title. */
export const inProperty = (text: string): string =>
  inCommand(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
