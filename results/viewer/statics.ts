/** The few files that pages load: our style and script, and Chart.js as its package ships it. */

const sheet = (name: string) => ({
  url: () => new URL(name, import.meta.url),
  type: "text/css; charset=utf-8",
});

const script = (name: string) => ({
  url: () => new URL(name, import.meta.url),
  type: "text/javascript; charset=utf-8",
});

const FILES: Readonly<Record<string, { readonly url: () => URL; readonly type: string }>> = {
  "style.css": sheet("./style.css"),
  "tables.css": sheet("./tables.css"),
  "trial.css": sheet("./trial.css"),
  "copy.js": script("./copy.js"),
  "charts.js": script("./charts.js"),
  "narrow.js": script("./narrow.js"),
  "picture.css": sheet("./picture.css"),
  "phone.css": sheet("./phone.css"),
  "icon.svg": { url: () => new URL("./icon.svg", import.meta.url), type: "image/svg+xml" },
  // The package exports only its ES modules, which import each other; the browser build lies beside them.
  "chart.js": {
    url: () => new URL("./chart.umd.min.js", import.meta.resolve("chart.js")),
    type: "text/javascript; charset=utf-8",
  },
};

/** The file's bytes and type, or nothing where no page loads a file of this name. */
export async function statics(
  name: string,
): Promise<{ readonly body: Uint8Array<ArrayBuffer>; readonly type: string } | undefined> {
  const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (file === undefined) return undefined;
  return { body: await Deno.readFile(file.url()), type: file.type };
}
