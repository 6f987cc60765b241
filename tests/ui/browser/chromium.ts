/**
 * A real browser for tests, where there is one.
 *
 * @module
 */

import type { Browser, Page } from "playwright-core";

/** Where Chromium is, if its path is not told. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const VARIABLE = "DEMOCRACY_CHROMIUM";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const LIMIT = 30_000;

/** What a page has complained of, and what it has asked others for. */
export interface Trouble {
  readonly complaints: string[];
  readonly strangers: string[];
}

function find(): string | undefined {
  return [Deno.env.get(VARIABLE) ?? "", ...PLACES].find((path) => {
    try {
      return path !== "" && Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Why there is no browser here; undefined where there is one. */
export async function whyMissing(): Promise<string | undefined> {
  if (find() === undefined) return `no Chromium in ${PLACES.join(", ")}, nor in ${VARIABLE}`;
  try {
    await import("playwright-core");
    return undefined;
  } catch (error) {
    return `playwright-core cannot be loaded: ${error instanceof Error ? error.message : error}`;
  }
}

/** Starts Chromium. */
export async function openBrowser(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return await chromium.launch({ executablePath: find(), headless: true, args: FLAGS, timeout: LIMIT });
}

/** Opens a page of this size and colour scheme. */
export async function openPage(
  browser: Browser,
  url: string,
  { width, scheme = "light" }: { readonly width: number; readonly scheme?: "light" | "dark" },
): Promise<{ readonly page: Page; readonly trouble: Trouble }> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: scheme });
  page.setDefaultTimeout(LIMIT);
  const trouble: Trouble = { complaints: [], strangers: [] };
  page.on("console", (message) => message.type() === "error" && trouble.complaints.push(message.text()));
  page.on("pageerror", ({ message }) => trouble.complaints.push(message));
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(url).origin)) trouble.strangers.push(request.url());
  });
  await page.goto(url);
  return { page, trouble };
}

/** Runs in the page: the contrast between the text of an element and what is behind it, as WCAG 2 counts it. */
const CONTRAST = `(selector) => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((value) => value / 255)
    .map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const element = document.querySelector(selector);
  let behind = element;
  let ground = [0, 0, 0, 0];
  for (; behind !== null && (ground[3] ?? 1) === 0; behind = behind.parentElement) {
    ground = channels(getComputedStyle(behind).backgroundColor);
  }
  const [light, dark] = [luminance(channels(getComputedStyle(element).color)), luminance(ground)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}`;

/** The contrast of each element, the first that the selector finds. */
export async function contrasts(page: Page, selectors: readonly string[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const selector of selectors) {
    found.set(selector, Number(await page.evaluate(`(${CONTRAST})(${JSON.stringify(selector)})`)));
  }
  return found;
}

/** How many pixels the page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return Number(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth"));
}
