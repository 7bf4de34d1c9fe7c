// Bundles the console's scripts and styles, packs the icons, and writes the manifest of hashed names.
// Run at set-up: node console/assets/build.mjs. Each file in js/entries is an entry; each in css/pages is one page's style.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, "..", "static", "built");
const fresh = `${built}.new`;
const manifest = {};
const exported = {};
const ENTRIES = join(here, "js", "entries");
const SHARED = ["core.js", "player.js"];
// light-dark(), nesting and popovers stay as they are: every browser we serve knows them.
const TARGET = ["chrome123", "firefox125", "safari17.5"];

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
for (const name of SHARED) await scripts([name]);
await scripts(readdirSync(ENTRIES).filter((name) => name.endsWith(".js") && !SHARED.includes(name)));
await styles();
keep("icons.svg", sprite());
keep("mark.svg", readFileSync(join(here, "mark.svg"), "utf8"));
for (const name of readdirSync(fresh)) pack(name);
writeFileSync(join(fresh, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
replace();

/** One file of each entry, with no parts to fetch after it: what is shared stands in core.js or player.js. */
async function scripts(names) {
  const done = await build({
    entryPoints: names.map((name) => join(ENTRIES, name)),
    bundle: true,
    format: "esm",
    target: TARGET,
    minify: true,
    outdir: fresh,
    entryNames: "[name]-[hash]",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    plugins: [{ name: "shared", setup: (building) => building.onResolve({ filter: /^\.\.?\// }, shared) }],
  });
  for (const [path, output] of Object.entries(done.metafile.outputs)) {
    manifest[basename(output.entryPoint)] = basename(path);
    exported[basename(path)] = output.exports;
    checkImports(basename(path));
  }
}

/** A file of core/ or player/ is in the bundle of that name: once it is built, others import it from there. */
function shared({ path, resolveDir }) {
  const owner = `${basename(dirname(join(resolveDir, path)))}.js`;
  return SHARED.includes(owner) && manifest[owner] ? { path: `./${manifest[owner]}`, external: true } : undefined;
}

/** What is imported from another bundle must be there: the bundler does not look into it. */
function checkImports(name) {
  const text = readFileSync(join(fresh, name), "utf8");
  for (const [, names, from] of text.matchAll(/import\{([^}]*)\}from"\.\/([^"]+)"/g)) {
    const missing = names.split(",").map((one) => one.split(" as ")[0]).find((one) => !exported[from].includes(one));
    if (missing) throw new Error(`${name} imports ${missing}, which ${from} does not export`);
  }
}

async function styles() {
  const pages = readdirSync(join(here, "css", "pages")).filter((name) => name.endsWith(".css")).sort();
  const done = await build({
    stdin: {
      contents: readFileSync(join(here, "css", "main.css"), "utf8").replace(
        '@import "./pages.css" layer(pages);',
        pages.map((name) => `@import "./pages/${name}" layer(pages);`).join("\n"),
      ),
      resolveDir: join(here, "css"),
      loader: "css",
    },
    bundle: true,
    minify: true,
    target: TARGET,
    write: false,
    logLevel: "warning",
  });
  keep("main.css", done.outputFiles[0].text);
}

function sprite() {
  const folder = join(here, "icons");
  const symbols = readdirSync(folder).filter((name) => name.endsWith(".svg")).sort().map((name) => {
    const body = readFileSync(join(folder, name), "utf8").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].trim();
    return `<symbol id="${name.slice(0, -4)}" viewBox="0 0 24 24">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

function keep(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 10).toUpperCase();
  const hashed = name.replace(/(\.[a-z]+)$/, `-${hash}$1`);
  writeFileSync(join(fresh, hashed), text);
  manifest[name] = hashed;
}

/** Packed once, as small as can be; console/assets.py gives each browser what it takes. */
function pack(name) {
  const plain = readFileSync(join(fresh, name));
  writeFileSync(join(fresh, `${name}.gz`), gzipSync(plain, { level: 9 }));
  writeFileSync(join(fresh, `${name}.br`), brotliCompressSync(plain));
}

function replace() {
  const old = `${built}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(built)) renameSync(built, old);
  renameSync(fresh, built);
  rmSync(old, { recursive: true, force: true });
}
