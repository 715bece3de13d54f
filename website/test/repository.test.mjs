import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { githubSlug, resolve } from "../.vitepress/repository.mjs";

const source = path.resolve(import.meta.dirname, "../../docs/polling.md");
const link = (href) => resolve(href, source, "https://example.com/repository");

test("a link to a page leads to the page of the site", () => {
  assert.equal(link("cookbook.md#development"), "/docs/cookbook#development");
  assert.equal(link("README.md"), "/docs/");
  assert.equal(link("../README.md"), "/");
});

test("a link to a source file of a published module leads to its Javadoc", () => {
  assert.equal(
    link("../connector-core/src/main/java/io/httpconnector/RetryPolicy.java"),
    "/apidocs/io/httpconnector/RetryPolicy.html",
  );
});

test("a link to any other file leads to the repository", () => {
  assert.equal(
    link("../connector-core/src/main/java/io/httpconnector/ExchangePipeline.java"),
    "https://example.com/repository/blob/main/connector-core/src/main/java/io/httpconnector/ExchangePipeline.java",
  );
  assert.equal(link("../LICENSE"), "https://example.com/repository/blob/main/LICENSE");
  assert.equal(link("../examples"), "https://example.com/repository/tree/main/examples");
});

test("a link to a file that does not exist fails", () => {
  assert.throws(() => link("missing.md"), { message: "docs/polling.md: broken link to missing.md" });
  assert.throws(() => link("../../outside.md"), /broken link/);
});

test("anchors are those of GitHub", () => {
  assert.equal(githubSlug("HTTP/1.1"), "http11");
  assert.equal(githubSlug("Health, metrics, logs"), "health-metrics-logs");
  assert.equal(githubSlug("1. Add the dependency"), "1-add-the-dependency");
});
