import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../engine/mod.ts";
import { createApp, publishSite, type Recording, type ResultsStore, type Site } from "../../results/mod.ts";
import { isPlainPath } from "../../results/publish_manifest.ts";
import { linksOf } from "../../results/publish_pages.ts";
import { everything } from "./every_row.ts";
import { DAY, failed, HARDWARE, recorded, recording, trial, unmeasured, workload } from "./fixture.ts";
import { filled, idOf } from "./pages.ts";

const forever = new AbortController().signal;

/** Publishes all of a store, as the verb does. */
function publish(store: ResultsStore, folder: string, site: Site = {}, signal = forever, done = () => {}) {
  const trials = Array.from(store.read(), ({ id }) => `trial/${id}.html`);
  const first = ["index.html", ...trials];
  return publishSite(createApp(store, site), folder, { site, first, signal, progress: done });
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Every file under a folder with its text. */
function files(folder: string, under = ""): ReadonlyMap<string, string> {
  return new Map(
    [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
      isDirectory
        ? [...files(`${folder}/${name}`, `${under}${name}/`)]
        : [[under + name, Deno.readTextFileSync(`${folder}/${name}`)] as const]
    ),
  );
}

const named = async (...names: readonly string[]): Promise<readonly Recording[]> =>
  await Promise.all(names.map((name) => recording(failed(trial(name)))));

const HOSTILE = `../../<script>alert(1)</script>"'&\0\u202e\u001b[31m`;

Deno.test("every link of a published site leads to a file of it, and every recording has its page and its JSON", async () => {
  await inFolder(async (folder) => {
    const all = await everything();
    using store = filled(all);
    const { dangling, pages, files: count, bytes } = await publish(store, folder);
    assertEquals(dangling, []);
    const site = new Map([...files(folder)].filter(([path]) => path !== ".assay-published.json"));
    for (const { id } of all) assert(site.has(`trial/${id}.html`) && site.has(`api/trial/${id}.json`), id);
    for (const [path, text] of site) {
      if (!path.endsWith(".html")) continue;
      for (const to of linksOf(text, path)) assert(site.has(to), `${path} links to ${to}`);
      assert(!/(href|src)="(\/|[a-z]+:)/.test(text), `${path} holds a link that is not relative`);
    }
    assertEquals([...site.keys()].filter((path) => path.endsWith(".html")).length, pages);
    assertEquals(site.size, count);
    assertEquals(
      [...site.values()].reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0),
      bytes,
    );
  });
});

Deno.test("a board leads to its own history, and every board's history is published", async () => {
  await inFolder(async (folder) => {
    const machines = ["a1", "b2", "c3"].map((id) => ({
      ...HARDWARE,
      id: id.repeat(32),
      cpu: `Testium ${id}`,
    }));
    const all = await Promise.all(
      machines.map((hardware) => recording(recorded(trial("int8"), [workload(1.6)]), { hardware })),
    );
    using store = filled(all);
    await publish(store, folder);
    const site = files(folder);
    const keys = [...site.keys()].flatMap((path) => /^board\/(.*)\.html$/.exec(path)?.[1] ?? []);
    assertEquals(keys.length, 3);
    for (const key of keys) {
      assertStringIncludes(site.get(`board/${key}.html`)!, `href="../history/${key}.html"`);
      assertStringIncludes(site.get(`history/${key}.html`)!, `Testium`);
    }
    const cpus = keys.map((key) => /Testium \w\w/.exec(site.get(`history/${key}.html`)!)![0]);
    assertEquals(new Set(cpus).size, 3);
  });
});

Deno.test("a published page carries its policy inside, without what only a header can ask", async () => {
  await inFolder(async (folder) => {
    using store = filled(await named("int4"));
    await publish(store, folder);
    const html = Deno.readTextFileSync(`${folder}/index.html`);
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)![1]!;
    assertStringIncludes(policy, "default-src 'none'");
    assert(!policy.includes("frame-ancestors"));
    assert(html.indexOf(policy) < html.indexOf("<script") && html.indexOf("charset") < 1024);
  });
});

Deno.test("publishing again writes only what changed and removes only what it wrote", async () => {
  await inFolder(async (folder) => {
    const [a, b] = await named("first", "second");
    using both = filled([a!, b!]);
    const { files: count } = await publish(both, folder);
    assertEquals((await publish(both, folder)).written, 0);

    await Deno.writeTextFile(`${folder}/CNAME`, "example.org");
    await Deno.writeTextFile(`${folder}/trial/notes.txt`, "mine");
    const feed = Deno.readTextFileSync(`${folder}/feed.xml`);
    await Deno.writeTextFile(`${folder}/feed.xml`, "edited");
    const repaired = await publish(both, folder);
    assertEquals([repaired.written, repaired.files], [1, count]);
    assertEquals(Deno.readTextFileSync(`${folder}/feed.xml`), feed);

    using one = filled([a!]);
    await Deno.writeTextFile(`${folder}/api/trial/${b!.id}.json`, "edited");
    const gone = [...files(folder).keys()].filter((path) => path.includes(b!.id) || path.includes("second"));
    const { removed, kept } = await publish(one, folder);
    assertEquals([removed, kept], [gone.length - 1, [`api/trial/${b!.id}.json`]]);
    const left = files(folder);
    assert(left.has("CNAME") && left.has("trial/notes.txt") && left.has(`trial/${a!.id}.html`));
    assert(!left.has(`trial/${b!.id}.html`));
  });
});

Deno.test("a folder that is neither empty nor a published site is refused and left as it is", async () => {
  await inFolder(async (folder) => {
    using store = filled(await named("int4"));
    const refused = async (found: string, path = folder) => {
      const before = files(folder);
      const { message } = await assertRejects(() => publish(store, path), UserError);
      assertEquals(
        message,
        `Cannot publish to ${path} as it must be empty or a site published before: found ${found}. Name another folder.`,
      );
      assertEquals(files(folder), before);
    };
    await Deno.writeTextFile(`${folder}/thesis.txt`, "years of work");
    await refused("thesis.txt");
    await refused("a file", `${folder}/thesis.txt`);
    await Deno.writeTextFile(
      `${folder}/.assay-published.json`,
      `{"layout":1,"files":{"../thesis.txt":"00"}}`,
    );
    await refused("a .assay-published.json that this version of Assay did not write");
  });
});

Deno.test("nothing is written through a link, over another's file, or while another publish is at work", async () => {
  await inFolder(async (outer) => {
    const folder = `${outer}/site`;
    using store = filled(await named("int4"));
    using more = filled(await named("int4", "int8"));
    await publish(store, folder);
    const before = files(folder);

    const late = [...more.read()].find(({ outcome }) => outcome.trial.name === "int8")!;
    const theirs = `${folder}/trial/${late.id}.html`;
    await Deno.writeTextFile(theirs, "mine");
    await assertRejects(() => publish(more, folder), UserError, "nothing but a published file may be there");
    assertEquals(Deno.readTextFileSync(theirs), "mine");
    await Deno.remove(theirs);

    await Deno.rename(`${folder}/trial`, `${outer}/elsewhere`);
    await Deno.symlink(`${outer}/elsewhere`, `${folder}/trial`);
    await assertRejects(() => publish(more, folder), UserError, "nothing but a published file may be there");
    assertEquals([...Deno.readDirSync(`${outer}/elsewhere`)].length, 1);
    await Deno.remove(`${folder}/trial`);
    await Deno.rename(`${outer}/elsewhere`, `${folder}/trial`);
    assertEquals(files(folder), before);

    await Deno.mkdir(`${folder}/.assay-publishing`);
    using other = await Deno.open(`${folder}/.assay-publishing/lock`, { write: true, create: true });
    await other.lock(true);
    await assertRejects(() => publish(store, folder), UserError, "another publish must let go of it first");
  });
});

Deno.test("links where new files wait lead nothing astray: what came with the folder is no publish's own", async () => {
  await inFolder(async (outer) => {
    const folder = `${outer}/site`;
    const waiting = `${folder}/.assay-publishing`;
    await Deno.writeTextFile(`${outer}/theirs`, "theirs");
    await Deno.mkdir(`${waiting}/new`, { recursive: true });
    await Deno.symlink(`${outer}/theirs`, `${waiting}/manifest`);
    await Deno.symlink(`${outer}/theirs`, `${waiting}/new/index.html`);
    using store = filled(await named("int4"));
    await publish(store, folder);
    assertEquals(Deno.readTextFileSync(`${outer}/theirs`), "theirs");
    assert(Deno.lstatSync(`${folder}/index.html`).isFile);
    await Deno.mkdir(waiting);
    await Deno.symlink(`${outer}/nowhere`, `${waiting}/lock`);
    await assertRejects(() => publish(store, folder), UserError, "nothing but a published file may be there");
    assert(!Array.from(Deno.readDirSync(outer), ({ name }) => name).includes("nowhere"));
  });
});

Deno.test("a publish that is stopped leaves the former site, and one that was killed is taken up", async () => {
  await inFolder(async (folder) => {
    using store = filled(await named("first"));
    await publish(store, folder);
    const before = files(folder);
    using more = filled(await named("first", "second"));
    const stopped = new AbortController();
    const half = () => publish(more, folder, {}, stopped.signal, () => stopped.abort());
    assertEquals((await assertRejects(half) as Error).name, "AbortError");
    assertEquals(files(folder), before);

    await Deno.mkdir(`${folder}/.assay-publishing/new/trial`, { recursive: true });
    await Deno.writeTextFile(`${folder}/.assay-publishing/new/trial/half.html`, "half");
    await publish(more, folder);
    assert(![...files(folder).keys()].some((path) => path.startsWith(".assay-publishing")));
  });
});

Deno.test("a page that cannot be made stops the publish in one sentence, and the former site stays", async () => {
  await inFolder(async (folder) => {
    using store = filled(await named("first"));
    await publish(store, folder);
    const before = files(folder);
    const broken = (body: string, type: string) => ({
      request: () => new Response(body, { status: 500, headers: { "Content-Type": type } }),
    });
    for (
      const pages of [
        broken('<p class="lead">The disk is gone.</p>', "text/html"),
        broken('{"error":"The disk is gone."}', "application/json"),
      ]
    ) {
      const options = { site: {}, first: ["index.html"], signal: forever, progress: () => {} };
      const { message } = await assertRejects(() => publishSite(pages, folder, options), UserError);
      assertEquals(message, "Cannot publish index.html: The disk is gone.");
      assertEquals(files(folder), before);
    }
  });
});

Deno.test("with an address there is a sitemap of every page, and a page for wrong addresses whose links start at the root", async () => {
  await inFolder(async (folder) => {
    using store = filled(await named("int4"));
    const { pages } = await publish(store, folder, { url: "https://example.org/boards/" });
    const sitemap = Deno.readTextFileSync(`${folder}/sitemap.xml`);
    assertEquals(
      [...sitemap.matchAll(/<loc>https:\/\/example\.org\/boards\/[a-z0-9_./-]+\.html<\/loc>/g)].length,
      pages,
    );
    const missing = Deno.readTextFileSync(`${folder}/404.html`);
    assertStringIncludes(missing, 'href="/boards/index.html"');
    assertStringIncludes(missing, "default-src 'none'");
    assert(!/(href|src)="\./.test(missing));
  });
});

Deno.test("hostile names and texts become plain paths and harmless pages", async () => {
  await inFolder(async (outer) => {
    const long = "x".repeat(1_000_000);
    const all = [
      await recording(failed(trial(HOSTILE, { suite: HOSTILE, workloads: [HOSTILE, "a/b", "..", "A/B"] }))),
      await recording(unmeasured(trial("long"), "void", long), {
        at: DAY,
        model: { name: HOSTILE, digest: "../../x", precision: "<b>" },
      }),
      await recording(failed(trial("__proto__", { workloads: ["__proto__", "constructor"] }))),
    ];
    using store = filled(all);
    const { dangling } = await publish(store, `${outer}/site`, { title: HOSTILE });
    assertEquals(dangling, []);
    assertEquals([...Deno.readDirSync(outer)].map(({ name }) => name), ["site"]);
    for (const [path, text] of files(`${outer}/site`)) {
      assert(isPlainPath(path) || path === ".assay-published.json", path);
      if (path.endsWith(".html")) assert(!text.includes("<script>alert"), path);
    }
    assertStringIncludes(Deno.readTextFileSync(`${outer}/site/trial/${idOf(all, "__proto__")}.html`), "FAIL");
  });
});

Deno.test("only lower-case paths of plain names are a site's", () => {
  for (
    const path of ["index.html", "trial/0a.html", "api/board/a.b-c_d.json", "__proto__.html", ".nojekyll"]
  ) {
    assert(isPlainPath(path), path);
  }
  for (
    const path of ["", "/index.html", "../a.html", "a/../b.html", "a//b.html", ".git/config.x", "a/.b.html"]
      .concat([
        "A.html",
        "a b.html",
        "a\0.html",
        "a\\b.html",
        "c:a.html",
        "a",
        "a.html/",
        `${"a".repeat(200)}.html`,
      ])
  ) {
    assert(!isPlainPath(path), path);
  }
});
