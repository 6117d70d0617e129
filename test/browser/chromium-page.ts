import type { ChromiumLaunch } from "@bitale/software-vulkan";
import { chromium, type Page } from "playwright-core";

/** A page in a browser of its own. */
export interface BrowserPage {
  readonly page: Page;
  /**
   * What went wrong in the page so far: errors on its console, errors that nobody caught, requests that failed.
   * A test expects it to be empty at the end.
   */
  readonly errors: readonly string[];
  /** Ends the browser. */
  readonly close: () => Promise<void>;
}

/**
 * Starts a browser and opens the page at `url`.
 *
 * @param launch - what `chromiumFromNpm()` gives
 */
export async function openPage(launch: ChromiumLaunch, url: string): Promise<BrowserPage> {
  const browser = await chromium.launch(launch);
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => errors.push(`uncaught: ${error.stack ?? error.message}`));
    page.on("requestfailed", (request) =>
      errors.push(`request: ${request.url()} ${request.failure()?.errorText}`),
    );
    page.on("crash", () => errors.push("the page crashed"));
    await page.goto(url, { waitUntil: "load" });
    return { page, errors, close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
