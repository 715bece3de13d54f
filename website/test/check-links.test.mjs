import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

const script = path.resolve(import.meta.dirname, "../check-links.mjs");
const page = (body) => `<!doctype html><html><head><title>A page</title></head><body>${body}</body></html>`;

/** Runs the check on a site whose first page has a link, and returns its exit code and output. */
function check(link, base = "/") {
  const site = mkdtempSync(path.join(tmpdir(), "site-"));
  try {
    mkdirSync(path.join(site, "apidocs"));
    writeFileSync(path.join(site, "index.html"), page(`<a href="${link}">link</a> <a href="apidocs/index.html">Javadoc</a>`));
    writeFileSync(path.join(site, "guide.html"), page('<h2 id="retries">Retries</h2>'));
    writeFileSync(path.join(site, "apidocs/index.html"), page('<h2 id="method()">method</h2>'));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, site], {
      encoding: "utf8",
      env: { ...process.env, SITE_BASE: base },
    });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(site, { recursive: true });
  }
}

for (const link of ["guide.html", "guide.html#retries", "apidocs/index.html#method()", "https://example.com/"]) {
  test(`${link} is accepted`, () => {
    const { status, output } = check(link);
    assert.equal(status, 0, output);
  });
}

test("a site below the root of its host is checked", () => {
  const { status, output } = check("/http-connector/guide.html#retries", "/http-connector/");
  assert.equal(status, 0, output);
  assert.equal(check("/http-connector/guide.html#missing", "/http-connector/").status, 1);
  assert.equal(check("/guide.html", "/http-connector/").status, 1);
});

for (const link of ["missing.html", "guide.html#missing", "apidocs/index.html#missing()", "https://example", "mailto:nobody"]) {
  test(`${link} fails`, () => {
    const { status, output } = check(link);
    assert.equal(status, 1, output);
    assert.ok(output.includes(link), output);
  });
}
