// Checks every link and anchor of the built site, the Javadoc included: node check-links.mjs FOLDER [--online]
// Links to other sites are checked for their syntax, and with --online by a request.
import { access } from "node:fs/promises";
import path from "node:path";
import { LinkChecker, LinkState } from "linkinator";

const [folder, option] = process.argv.slice(2);
const base = process.env.SITE_BASE ?? "/";
for (const required of ["index.html", "apidocs/index.html"]) {
  await access(path.join(folder, base, required));
}

const broken = [];
const isExternal = (url) => /^[a-z]+:/i.test(url) && !/^http:\/\/localhost:/.test(url);
// Javadoc puts "declaration: package: ..." into a <meta> element, in which Linkinator expects a URL.
const isDescription = (url) => /^[a-z]+: /.test(url);

const checker = new LinkChecker();
checker.on("link", ({ url, parent, state, status }) => {
  if (state === LinkState.BROKEN) {
    broken.push(`${parent}: broken link to ${url}${status ? ` (status ${status})` : ""}`);
  } else if (isExternal(url) && !isDescription(url) && !isValid(url)) {
    broken.push(`${parent}: invalid URL ${url}`);
  }
});

const { links } = await checker.check({
  path: path.posix.join(base, "index.html").slice(1),
  serverRoot: folder,
  recurse: true,
  checkFragments: true,
  concurrency: 10,
  linksToSkip: async (url) => isDescription(url) || (isExternal(url) && option !== "--online"),
});

if (broken.length > 0) {
  console.error([...new Set(broken)].sort().join("\n"));
  process.exitCode = 1;
}
console.log(`${links.length} links checked, ${broken.length} broken`);

/** Returns whether a link to another site is an absolute https URL with a host, or a mail address. */
function isValid(url) {
  return /^mailto:[^@\s]+@[^@\s]+$/.test(url) || (URL.canParse(url) && /^https?:\/\/[^/]+\.[^/]+/.test(url));
}
