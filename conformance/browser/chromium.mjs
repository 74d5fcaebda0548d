import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

/** Where browsers that people install are found. */
const INSTALLED = [
  process.env.CHROME_PATH,
  "/usr/bin/google-chrome",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
].filter((path) => path !== undefined);

/**
 * Starts a headless Chromium: the one from npm on Linux x64, else the one that is installed.
 *
 * @returns {Promise<{ browser: import("playwright-core").Browser, close: () => Promise<void> } | undefined>} undefined
 *   where this machine has none
 */
export async function launchChromium() {
  // The package unpacks itself into the directory for temporary files and takes what lies there, of whatever version.
  const directory = mkdtempSync(join(tmpdir(), "tidegauge-chromium-"));
  const { TMPDIR: usual } = process.env;
  process.env.TMPDIR = directory;
  // Without this it does not unpack the libraries that a bare machine lacks.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs20.x";
  const found = (await packagedChromium()) ?? installedChromium();
  if (usual === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usual; // what else this process starts has nothing to do with the browser's directory
  if (found === undefined) {
    rmSync(directory, { recursive: true, force: true });
    return undefined;
  }
  const browser = await chromium.launch({ ...found, headless: true });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function packagedChromium() {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const { default: packaged } = await import("@sparticuz/chromium");
  packaged.setGraphicsMode = false;
  const executablePath = await packaged.executablePath();
  provideFonts(dirname(executablePath));
  const works = spawnSync(executablePath, ["--version"], { encoding: "utf8" });
  if (works.status !== 0) return undefined;
  // Its own arguments are made for a sandbox of one short call, such as a single process for everything.
  return { executablePath, args: ["--no-sandbox", "--no-zygote", "--font-render-hinting=none"] };
}

/**
 * Points fontconfig at the fonts that were unpacked and at the machine's own: the package's configuration looks into
 * `/tmp/fonts` only, and a Chromium without any font ends at the first text field.
 */
function provideFonts(directory) {
  const configuration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${directory}</dir><dir>/usr/share/fonts</dir><cachedir>${join(directory, "font-cache")}</cachedir></fontconfig>
`;
  writeFileSync(join(directory, "fonts.conf"), configuration);
  process.env.FONTCONFIG_PATH = directory;
}

function installedChromium() {
  const executablePath = INSTALLED.find((path) => existsSync(path));
  return executablePath === undefined ? undefined : { executablePath, args: ["--no-sandbox"] };
}
