// Bundle the portal's scripts, styles and fonts into ../static. Nothing is loaded from elsewhere.
import { cp, mkdir, rm } from "node:fs/promises";
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
