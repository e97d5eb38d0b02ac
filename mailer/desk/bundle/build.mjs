// Makes ../static/vendor.js of the packages in package-lock.json, writes its hash beside it, and the texts of the
// licences under which they may be passed on.
//
//   npm install --omit-lockfile-registry-resolved && node build.mjs
//
// Whoever installs mailer needs none of this: the file travels in the wheel. tests/desk/test_bundle.py holds it to its
// hash; the same packages make the same bytes.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";

const target = "../static/vendor.js";

const licences = "../static/vendor.licenses.txt";
const NAMES = /^(licen[cs]e|copying|notice)/i;

/** Every package that is installed, by its name, with its folder. */
function installed(folder, scope = "") {
  const found = new Map();
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    if (entry.startsWith("@")) for (const [name, at] of installed(path, `${entry}/`)) found.set(name, at);
    else if (!entry.startsWith(".") && existsSync(join(path, "package.json"))) found.set(`${scope}${entry}`, path);
  }
  return found;
}

const about = (path) => JSON.parse(readFileSync(join(path, "package.json"), "utf-8"));

/** The whole text of a package's licence. Without one nothing is built: we pass it on with the code. */
function licenceOf(path) {
  const files = readdirSync(path).filter((name) => NAMES.test(name)).sort();
  if (!files.length) throw new Error(`${path} has no licence`);
  return files.map((name) => readFileSync(join(path, name), "utf-8").trim().replaceAll("\r\n", "\n")).join("\n\n");
}

const made = await build({
  entryPoints: ["vendor.js"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  write: false,
  metafile: true,
});
const packages = [...new Set(Object.keys(made.metafile.inputs)
  .map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1])
  .filter(Boolean))];
const folders = installed("node_modules");
const bundled = packages.sort().map((name) => ({ ...about(folders.get(name)), path: folders.get(name) }));
const told = bundled.map(({ name, version, license }) => `${name} ${version} (${license})`);
const content = `/*! ${told.join(", ")} */\n${made.outputFiles[0].text}`;
const texts = bundled.map(({ path }, n) => `${told[n]}\n\n${licenceOf(path)}\n`);
writeFileSync(target, content);
writeFileSync(licences, `What vendor.js is made of, each under its own licence.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`);
writeFileSync("vendor.sha256", `${createHash("sha256").update(content).digest("hex")}  vendor.js\n`);
