import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Points fontconfig at the fonts the packaged Chromium unpacks. The package's own configuration looks for them in
 * `/tmp/fonts` only, whatever TMPDIR is; and without any font Chromium ends at the first text field of a page.
 * Call it before the browser is launched: it unpacks below the TMPDIR that is set here.
 */
export function provideFonts() {
  if (process.env.FONTCONFIG_PATH !== undefined) return;
  const directory = mkdtempSync(join(tmpdir(), "tidegauge-fonts-"));
  process.env.TMPDIR = directory;
  process.env.FONTCONFIG_PATH = directory;
  const configuration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${directory}</dir><dir>/usr/share/fonts</dir><cachedir>${join(directory, "cache")}</cachedir></fontconfig>
`;
  writeFileSync(join(directory, "fonts.conf"), configuration);
}
