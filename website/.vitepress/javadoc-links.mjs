import { readdirSync } from "node:fs";
import path from "node:path";
import { isDocumented, root } from "./repository.mjs";

/** A markdown-it plugin that links code such as `RetryPolicy` or `Request.get(...)` to the Javadoc of the type. */
export function javadocLinks(markdown, { base }) {
  const types = publicTypes();
  const render = markdown.renderer.rules.code_inline;
  markdown.renderer.rules.code_inline = (tokens, index, ...rest) => {
    const html = render(tokens, index, ...rest);
    const page = types.get(/^([A-Z]\w*)(\.[a-z]\w*(\(.*\))?)?$/.exec(tokens[index].content)?.[1]);
    return page && !isInLink(tokens, index) ? `<a href="${base}${page}" target="_self">${html}</a>` : html;
  };
}

/** Returns the Javadoc pages of the public types of the published modules by their simple names. */
function publicTypes() {
  const types = new Map();
  for (const module of readdirSync(root).filter((name) => name.startsWith("connector-"))) {
    const sources = path.join(root, module, "src/main/java");
    for (const file of listFiles(sources)) {
      const name = path.basename(file, ".java");
      const type = path.relative(sources, file).replaceAll(path.sep, "/").replace(/\.java$/, "");
      if (isDocumented(file, type)) {
        types.set(name, `apidocs/${type}.html`);
      }
    }
  }
  return types;
}

function listFiles(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".java"))
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  } catch (e) {
    if (e.code === "ENOENT") {
      return []; // a module without code, such as the BOM
    }
    throw e;
  }
}

function isInLink(tokens, index) {
  let depth = 0;
  for (const token of tokens.slice(0, index)) {
    depth += token.type === "link_open" ? 1 : token.type === "link_close" ? -1 : 0;
  }
  return depth > 0;
}
