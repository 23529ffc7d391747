// Loads a report in Chromium and says what keeps it from being accessible offline.
//
//     node check.mjs CHROMIUM REPORT.html...
//
// Prints one JSON object per report: violations (of axe-core), requests (anything fetched), scripts.
// Each report is looked at light, dark, on a phone and in print colours, folded parts open. Exit status 1 if anything was found.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
const LOOKS = [
  { name: "light", media: "screen", scheme: "light" },
  { name: "phone", media: "screen", scheme: "light", width: 320 },
  { name: "dark", media: "screen", scheme: "dark" },
  { name: "print", media: "print", scheme: "light" },
];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");

async function look(page, { name, media, scheme, width = 1280 }) {
  await page.setViewport({ width, height: 800 });
  await page.emulateMediaType(media);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  const found = await page.evaluate(async (tags) => {
    document.querySelectorAll("details").forEach((part) => (part.open = true));
    return await window.axe.run(document, { runOnly: { type: "tag", values: tags } });
  }, TAGS);
  if (found.passes.length + found.violations.length < 5) {
    throw new Error("axe looked at next to nothing");
  }
  return found.violations.map((fault) => ({
    look: name,
    rule: fault.id,
    help: fault.help,
    where: fault.nodes.map((node) => node.html.slice(0, 200)),
  }));
}

async function check(browser, path) {
  const address = pathToFileURL(path).href;
  const page = await browser.newPage();
  const requests = [];
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) {
      requests.push(request.url());
    }
  });
  await page.goto(address, { waitUntil: "networkidle0" });
  const scripts = await page.evaluate(() => document.querySelectorAll("script").length);
  await page.evaluate(axeSource);
  const violations = [];
  for (const each of LOOKS) {
    violations.push(...(await look(page, each)));
  }
  await page.close();
  return { violations, requests, scripts };
}

const [chromium, ...paths] = process.argv.slice(2);
const browser = await puppeteer.launch({ executablePath: chromium, headless: true, args: FLAGS });
let clean = paths.length > 0;
try {
  for (const path of paths) {
    const result = await check(browser, path);
    clean &&= !(result.violations.length || result.requests.length || result.scripts);
    console.log(JSON.stringify(result));
  }
} finally {
  await browser.close();
}
process.exit(clean ? 0 : 1);
