import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");
const folders = ["", "docs", "benchmarks"];
const publishedSource = /^connector-[a-z]+\/src\/main\/java\/(.+)\.java$/;

/** Copies the Markdown files to a folder in which the modules of the generator are found. */
export function copyPages(target) {
  rmSync(target, { recursive: true, force: true });
  for (const folder of folders) {
    mkdirSync(path.join(target, folder), { recursive: true });
    for (const file of readdirSync(path.join(root, folder)).filter((name) => name.endsWith(".md"))) {
      copyFileSync(path.join(root, folder, file), path.join(target, folder, file));
    }
  }
}

/**
 * A markdown-it plugin that resolves the relative links of the Markdown files, which are written for GitHub: a link to
 * a page leads to the page of the site, a link to a public type of a published module to its Javadoc, and a link to
 * any other file to GitHub. A link to a file that does not exist fails the build.
 */
export function repositoryLinks(markdown, { repository, pages }) {
  markdown.core.ruler.push("repository-links", (state) => {
    const source = path.join(root, path.relative(pages, state.env.realPath ?? state.env.path));
    for (const token of state.tokens.flatMap((token) => token.children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null;
      if (href && !/^([a-z][a-z0-9+.-]*:|#|\/)/i.test(href)) {
        const link = resolve(href, source, repository);
        token.attrSet("href", link);
        if (link.startsWith("/apidocs/")) {
          token.attrSet("target", "_self"); // a page outside of VitePress
        }
      }
    }
  });
}

/** Returns the link of the site for a relative link in a Markdown file. */
export function resolve(href, source, repository) {
  const [file, fragment] = href.split("#", 2);
  const target = path.resolve(path.dirname(source), decodeURI(file));
  const name = path.relative(root, target).replaceAll(path.sep, "/");
  if (name.startsWith("..") || !existsSync(target)) {
    throw new Error(`${path.relative(root, source)}: broken link to ${href}`);
  }
  const anchor = fragment ? `#${fragment}` : "";
  if (name.endsWith(".md") && folders.includes(path.posix.dirname(name).replace(/^\.$/, ""))) {
    return `/${name.replace(/(^|\/)README\.md$/, "$1").replace(/\.md$/, "")}${anchor}`;
  }
  const type = publishedSource.exec(name)?.[1];
  if (type && isDocumented(target, type)) {
    return `/apidocs/${type}.html${anchor}`;
  }
  return `${repository}/${statSync(target).isDirectory() ? "tree" : "blob"}/main/${name}${anchor}`;
}

/** Returns whether a source file declares a public type that has a page in the Javadoc. */
export function isDocumented(file, type) {
  const declaration = new RegExp(`^public .*\\b${path.basename(type)}\\b`, "m");
  return !type.includes("/internal/") && declaration.test(readFileSync(file, "utf8"));
}

/** Returns the anchor that GitHub gives a heading. */
export function githubSlug(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{M}\p{N}_ -]/gu, "").replaceAll(" ", "-");
}
