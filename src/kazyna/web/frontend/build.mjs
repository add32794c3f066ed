// Bundle the portal's scripts, styles and fonts into ../static. Nothing is loaded from elsewhere.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import * as esbuild from "esbuild";

const out = "../static";
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

await esbuild.build({
  entryPoints: {
    app: "app.ts",
    chart: "chart.ts",
    map: "map.ts",
    "map-worker": "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs",
    style: "style.css",
    verify: "verify.ts",
    "verify-worker": "verify-worker.ts",
    "map-style": "node_modules/maplibre-gl/dist/maplibre-gl.css",
  },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".woff2": "file", ".svg": "file", ".png": "file" },
  assetNames: "[name]-[hash]",
  legalComments: "linked",
  logLevel: "warning",
});
await cp("favicon.svg", `${out}/favicon.svg`);
await cp("node_modules/zxing-wasm/dist/reader/zxing_reader.wasm", `${out}/zxing_reader.wasm`);

// The licences of all that is bundled travel with it.
const { packages } = JSON.parse(await readFile("package-lock.json", "utf8"));
const texts = [];
for (const [folder, about] of Object.entries(packages)) {
  if (!folder || about.dev) continue;
  const files = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying)/i.test(name));
  const text = await Promise.all(files.map((name) => readFile(`${folder}/${name}`, "utf8")));
  texts.push([`${folder.replace(/.*node_modules\//, "")} ${about.version} (${about.license})`, ...text].join("\n\n"));
}
await writeFile(`${out}/LICENSES.txt`, texts.join(`\n\n${"=".repeat(80)}\n\n`));
