// Checks the schema of connector documents in the language servers of editors: node check.mjs FOLDER, which has their npm packages.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const packages = createRequire(resolve(process.argv[2], "package.json"));
const definition = fileURLToPath(new URL("../../..", import.meta.url));
const schemaFile = resolve(definition, "src/main/resources/io/httpconnector/definition/connector-1.json");
const shop = readFileSync(resolve(definition, "src/test/resources/io/httpconnector/definition/shop.connector.yaml"), "utf8");

let failures = 0;
async function check(name, run) {
  try {
    await run();
    console.log("ok    " + name);
  } catch (e) {
    failures++;
    console.log("FAILS " + name + ": " + e.message);
  }
}

/** The position of a marker ¦ in a text, which is removed. */
function marked(text) {
  const offset = text.indexOf("¦");
  const before = text.slice(0, offset).split("\n");
  return { text: text.replace("¦", ""), position: { line: before.length - 1, character: before.at(-1).length } };
}

const labels = (list) => (list?.items ?? list ?? []).map((item) => item.label.trim().replace(/^"|"$/g, ""));
const plain = (hover) =>
  JSON.stringify(hover?.contents ?? "").replace(/\\+/g, "").replace(/&nbsp;/g, " ");

/** The checks that all language servers pass; a document is a text with the marker ¦. */
async function checkAll(server, { diagnose, complete, hover }, documents) {
  await check(server + ": a valid document has no problem", async () =>
    assert.deepEqual(await diagnose(documents.valid), []));
  for (const [name, text, problem] of documents.invalid) {
    await check(server + ": problem of " + name, async () => {
      const found = await diagnose(text);
      assert.ok(found.some((message) => message.includes(problem)), JSON.stringify(found));
    });
  }
  for (const [name, text, expected] of documents.completions) {
    await check(server + ": completion of " + name, async () => {
      const found = labels(await complete(text));
      for (const label of expected) {
        assert.ok(found.includes(label), label + " is not among " + found.slice(0, 40));
      }
    });
  }
  for (const [name, text, meaning] of documents.hovers) {
    await check(server + ": hover of " + name, async () => {
      const found = plain(await hover(text));
      assert.ok(found.includes(meaning), found);
    });
  }
}

const head = "connector: 1\nid: shop\nversion: 1.0.0\ntitle: Shop\n";
const yaml = {
  valid: shop,
  invalid: [
    ["a misspelt member of the connection", shop.replace("  test: /me", "  tset: /me"), "tset"],
    ["a misspelt member of a strategy", shop.replace("    headers: {X", "    haeders: {X"), "haeders"],
    ["a misspelt member of a trigger", shop.replace("    key: [/id]", "    kye: [/id]"), "kye"],
    ["a misspelt member of a webhook", shop.replace("key: {body: /id}", "key: {bdoy: /id}"), "bdoy"],
    ["a value of another type", shop.replace("key: [/id]", "key: [7]"), "Incorrect type"],
  ],
  completions: [
    ["members of the document", head + "¦", ["connection", "auth", "requests", "triggers", "webhooks"]],
    ["members of the connection", head + "connection:\n  baseUrl: https://a.example\n  ¦", ["totalTimeout", "retry", "proxy"]],
    ["members of a request", head + "requests:\n  get:\n    method: GET\n    ¦", ["url", "query", "pagination", "responses"]],
    ["members of a trigger", head + "triggers:\n  new:\n    request: get\n    ¦", ["key", "cursor", "schedule"]],
    ["members of a login", head + "auth:\n  login:\n    type: login\n    ¦", ["loginUrl", "tokenPath", "fields"]],
    ["types of authentication", head + "auth:\n  key:\n    type: ¦", ["basic", "oauth2-client-credentials", "hmac"]],
    ["presets", head + "auth:\n  preset: ¦", ["github", "shopify"]],
    ["types of verifiers", head + "webhooks:\n  created:\n    verify:\n      - type: ¦", ["preset", "signature", "jwt"]],
  ],
  hovers: [
    ["pagination", shop.replace("pagination:", "pagi¦nation:"), "Default: there is one page"],
    ["test", shop.replace("  test:", "  te¦st:"), "connection test"],
    ["a trigger's key", shop.replace("    key: [/id]", "    k¦ey: [/id]"), "identify a record"],
  ],
};

// YAML: the language server of VS Code, Neovim, Eclipse and others, over its protocol.
{
  const rpc = packages("vscode-jsonrpc/node");
  const bin = packages.resolve("yaml-language-server/bin/yaml-language-server");
  const server = spawn(process.execPath, [bin, "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
  const connection = rpc.createMessageConnection(
    new rpc.StreamMessageReader(server.stdout),
    new rpc.StreamMessageWriter(server.stdin),
  );
  const waiting = new Map();
  const settings = {
    yaml: { schemas: { [pathToFileURL(schemaFile).href]: ["*.connector.yaml"] }, completion: true, hover: true, validate: true },
  };
  connection.onRequest("workspace/configuration", ({ items }) => items.map(({ section }) => settings[section] ?? null));
  connection.onRequest("client/registerCapability", () => null);
  connection.onNotification("textDocument/publishDiagnostics", ({ uri, diagnostics }) =>
    waiting.get(uri)?.(diagnostics.map((problem) => problem.message)));
  connection.listen();
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: { workspace: { configuration: true }, textDocument: { completion: { completionItem: { snippetSupport: true } } } },
  });
  await connection.sendNotification("initialized", {});
  await connection.sendNotification("workspace/didChangeConfiguration", { settings });
  let count = 0;
  const open = async (text) => {
    const uri = `file:///documents/${++count}.connector.yaml`;
    const diagnostics = new Promise((done) => waiting.set(uri, done));
    await connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    return { uri, diagnostics: await diagnostics };
  };
  const at = (method) => async (document) => {
    const { text, position } = marked(document);
    const { uri } = await open(text);
    return connection.sendRequest(method, { textDocument: { uri }, position });
  };
  await checkAll(
    "yaml-language-server",
    {
      diagnose: async (text) => (await open(text)).diagnostics,
      complete: at("textDocument/completion"),
      hover: at("textDocument/hover"),
    },
    yaml,
  );
  server.kill();
}

// JSON: the language service of VS Code.
{
  const { getLanguageService, TextDocument } = packages("vscode-json-languageservice");
  const service = getLanguageService({});
  service.configure({
    schemas: [{ uri: "connector-1.json", fileMatch: ["*.connector.json"], schema: JSON.parse(readFileSync(schemaFile, "utf8")) }],
  });
  const parse = (text) => {
    const document = TextDocument.create("file:///documents/shop.connector.json", "json", 1, text);
    return { document, tree: service.parseJSONDocument(document) };
  };
  const at = (method) => (marker) => {
    const { text, position } = marked(marker);
    const { document, tree } = parse(text);
    return service[method](document, position, tree);
  };
  const json = '{"connector": 1, "id": "shop", "version": "1.0.0", "title": "Shop", "connection": {"baseUrl": "https://a.example"}';
  await checkAll(
    "vscode-json-languageservice",
    {
      diagnose: async (text) => {
        const { document, tree } = parse(text);
        return (await service.doValidation(document, tree)).map((problem) => problem.message);
      },
      complete: at("doComplete"),
      hover: at("doHover"),
    },
    {
      valid: json + "}",
      invalid: [
        ["a misspelt member", json.replace('"baseUrl"', '"baseUrll"') + "}", "baseUrll"],
        ["a misspelt member of a request", json + ', "requests": {"get": {"method": "GET", "urll": "/x"}}}', "urll"],
        ["a misspelt member of a strategy", json + ', "auth": {"b": {"type": "basic", "user": "a", "password": "b", "usr": "c"}}}', "usr"],
      ],
      completions: [
        ["members of the document", json + ', "¦"}', ["auth", "requests", "triggers"]],
        ["members of a trigger", json + ', "triggers": {"new": {"request": "get", "¦"}}}', ["key", "cursor"]],
        ["members of a login", json + ', "auth": {"l": {"type": "login", "¦"}}}', ["loginUrl", "tokenPath"]],
        ["types of authentication", json + ', "auth": {"l": {"type": "¦"}}}', ["basic", "hmac"]],
      ],
      hovers: [["id", json.replace('"id"', '"i¦d"') + "}", "The ID of the connector"]],
    },
  );
}

console.log(failures === 0 ? "All checks passed." : failures + " checks failed.");
process.exit(failures === 0 ? 0 : 1);
