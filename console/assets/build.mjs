// Bundles the console's scripts and styles, packs the icons, and writes the manifest of hashed names.
// Run at set-up: node console/assets/build.mjs. Each file in js/entries is an entry; each in css/pages is one page's style.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, "..", "static", "built");
const fresh = `${built}.new`;
const manifest = {};

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
await scripts();
await styles();
keep("icons.svg", sprite());
keep("mark.svg", readFileSync(join(here, "mark.svg"), "utf8"));
for (const name of readdirSync(fresh)) pack(name);
writeFileSync(join(fresh, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
replace();

async function scripts() {
  const folder = join(here, "js", "entries");
  const entries = readdirSync(folder).filter((name) => name.endsWith(".js")).map((name) => join(folder, name));
  const done = await build({
    entryPoints: entries,
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["chrome123", "firefox121", "safari17.5"],
    minify: true,
    outdir: fresh,
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  for (const [path, output] of Object.entries(done.metafile.outputs)) {
    if (output.entryPoint) manifest[basename(output.entryPoint)] = basename(path);
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
    // light-dark() and nesting stay as they are: every browser we serve knows them.
    target: ["chrome123", "firefox121", "safari17.5"],
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

function pack(name) {
  writeFileSync(join(fresh, `${name}.gz`), gzipSync(readFileSync(join(fresh, name)), { level: 9 }));
}

function replace() {
  const old = `${built}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(built)) renameSync(built, old);
  renameSync(fresh, built);
  rmSync(old, { recursive: true, force: true });
}
