// Loads a report in Chromium and says what keeps it from being accessible offline.
//
//     node check.mjs CHROMIUM REPORT.html...
//
// Prints one JSON object per report: violations (of axe-core), incomplete (what axe-core cannot judge), charts (texts of drawings
// that overlap, or are smaller than 12 px), requests (anything fetched), scripts. Each report is looked at light and wide, dark and on a
// phone, and in print colours, folded parts open; with LIBSTATS_LOOKS=all also light on a phone and dark and wide. Exit status 1 if
// anything was found.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
// colours know nothing of widths, nor widths of colours: two looks show what four do
const LOOKS = [
  { name: "light", media: "screen", scheme: "light" },
  { name: "dark phone", media: "screen", scheme: "dark", width: 320 },
  { name: "print", media: "print", scheme: "light" },
];
if (process.env.LIBSTATS_LOOKS === "all") {
  LOOKS.push({ name: "phone", media: "screen", scheme: "light", width: 320 }, { name: "dark", media: "screen", scheme: "dark" });
}
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
  const told = (fault) => ({
    look: name,
    rule: fault.id,
    help: fault.help,
    where: fault.nodes.map((node) => node.html.slice(0, 200)),
  });
  const charts = media === "screen" ? await page.evaluate(chartTexts) : [];
  return {
    violations: found.violations.map(told),
    incomplete: found.incomplete.map(told),
    charts: charts.map((text) => `${name}: ${text}`),
  };
}

// The texts of drawings that overlap, or are smaller than 12 px as shown. Runs in the page.
function chartTexts() {
  const SMALLEST = 12, SLACK = 1.5;
  const faults = [];
  for (const svg of document.querySelectorAll("svg")) {
    if (!svg.viewBox.baseVal || !svg.getBoundingClientRect().width) continue;
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim());
    const boxes = texts.map((text) => text.getBoundingClientRect());
    texts.forEach((text, place) => {
      const size = parseFloat(getComputedStyle(text).fontSize) * scale;
      if (size < SMALLEST - 0.05) faults.push(`${text.textContent.trim()} has ${size.toFixed(1)} px`);
      for (let other = 0; other < place; other++) {
        const [a, b] = [boxes[place], boxes[other]];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > SLACK && down > 0.25 * Math.min(a.height, b.height)) {
          faults.push(`${texts[other].textContent.trim()} and ${text.textContent.trim()} overlap`);
        }
      }
    });
  }
  return faults;
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
  const found = { violations: [], incomplete: [], charts: [] };
  for (const each of LOOKS) {
    const seen = await look(page, each);
    Object.keys(found).forEach((part) => found[part].push(...seen[part]));
  }
  await page.close();
  return { ...found, requests, scripts };
}

const [chromium, ...paths] = process.argv.slice(2);
const browser = await puppeteer.launch({ executablePath: chromium, headless: true, args: FLAGS });
let clean = paths.length > 0;
try {
  for (const path of paths) {
    const result = await check(browser, path);
    clean &&= !Object.values(result).some((part) => part.length || (typeof part === "number" && part));
    console.log(JSON.stringify(result));
  }
} finally {
  await browser.close();
}
process.exit(clean ? 0 : 1);
