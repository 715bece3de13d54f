// Checks every link and anchor of the built site, the Javadoc included: node check-links.mjs FOLDER [--online]
// Links to other sites are checked for their syntax, and with --online by a request.
import { once } from "node:events";
import { access, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { LinkChecker, LinkState } from "linkinator";

const [folder, option] = process.argv.slice(2);
const base = process.env.SITE_BASE ?? "/";
for (const required of ["index.html", "apidocs/index.html"]) {
  await access(path.join(folder, required));
}

const broken = [];
const isExternal = (url) => /^[a-z]+:/i.test(url) && !/^(data:|http:\/\/localhost:)/.test(url);
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

const server = createServer(serve).listen(0, "localhost");
await once(server, "listening");

const { links } = await checker.check({
  path: `http://localhost:${server.address().port}${base}`,
  recurse: true,
  checkFragments: true,
  concurrency: 10,
  linksToSkip: async (url) => isDescription(url) || url.startsWith("data:") || (isExternal(url) && option !== "--online"),
});
server.close();
server.closeAllConnections();

if (broken.length > 0) {
  console.error([...new Set(broken)].sort().join("\n"));
  process.exitCode = 1;
}
console.log(`${links.length} links checked, ${broken.length} broken`);

/** Returns whether a link to another site is an absolute https URL with a host, or a mail address. */
function isValid(url) {
  return /^mailto:[^@\s]+@[^@\s]+$/.test(url) || (URL.canParse(url) && /^https?:\/\/[^/]+\.[^/]+/.test(url));
}

/** Serves the files of the folder below the path that the site has on its host. */
async function serve(request, response) {
  try {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    if (!file.startsWith(base)) {
      throw new Error("outside of the site");
    }
    const content = await readFile(path.join(folder, decodeURIComponent(file.slice(base.length))));
    response.writeHead(200, { "Content-Type": file.endsWith(".html") ? "text/html" : "application/octet-stream" }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}
