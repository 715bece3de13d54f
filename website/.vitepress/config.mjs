import path from "node:path";
import { defineConfig } from "vitepress";
import { javadocLinks } from "./javadoc-links.mjs";
import { plainBraces } from "./plain-braces.mjs";
import { copyPages, githubSlug, repositoryLinks } from "./repository.mjs";

const website = path.resolve(import.meta.dirname, "..");
const pages = path.resolve(website, "target/pages");
const repository = "https://github.com/httpconnector/http-connector";

// The path of the site on its host, such as /http-connector/ on GitHub Pages.
const base = process.env.SITE_BASE ?? "/";

const page = (text, link) => ({ text, link });

const guides = [
  {
    text: "Start here",
    items: [
      page("Overview", "/"),
      page("Quick start", "/docs/quick-start"),
      page("Cookbook", "/docs/cookbook"),
      page("Spring Boot", "/docs/spring-boot"),
      page("Quarkus, Micronaut, CDI", "/docs/frameworks"),
      page("Kotlin", "/docs/kotlin"),
      page("Migration", "/docs/migration"),
      page("FAQ and comparison", "/docs/faq"),
    ],
  },
  {
    text: "Guides",
    items: [
      page("Connector documents", "/docs/connector-documents"),
      page("Describe a service", "/docs/describe-a-service"),
      page("Importing catalogues", "/docs/importing-catalogues"),
      page("Authentication", "/docs/authentication"),
      page("Request templates", "/docs/templates"),
      page("Wizard", "/docs/wizard"),
      page("Polling", "/docs/polling"),
      page("Pagination on demand", "/docs/pagination"),
      page("GraphQL", "/docs/graphql"),
      page("Webhooks", "/docs/webhooks"),
      page("Webhook subscriptions", "/docs/webhook-subscriptions"),
      page("Hybrid triggers", "/docs/hybrid-triggers"),
      page("Databases and clusters", "/docs/databases"),
      page("Connector registry", "/docs/connector-registry"),
      page("Tests", "/docs/testing"),
      page("Networks", "/docs/networks"),
    ],
  },
  {
    text: "Reference",
    items: [
      { text: "Javadoc", link: "/apidocs/index.html", target: "_self" },
      page("Command line", "/docs/cli"),
      page("Configuration", "/docs/configuration"),
      page("JSON documents", "/docs/reference"),
      page("Error handling", "/docs/error-handling"),
      page("Troubleshooting", "/docs/troubleshooting"),
      page("Security", "/docs/security"),
      page("Architecture", "/docs/architecture"),
      page("Modules and versions", "/docs/modules"),
      page("JPMS", "/docs/jpms"),
      page("Jackson 2 and 3", "/docs/jackson"),
    ],
  },
  {
    text: "Project",
    items: [
      page("Changelog", "/CHANGELOG"),
      page("Versioning", "/docs/versioning"),
      page("Benchmarks", "/benchmarks/"),
      page("Contributing", "/CONTRIBUTING"),
      page("Report a vulnerability", "/SECURITY"),
      page("Releasing", "/RELEASING"),
      page("Code of conduct", "/CODE_OF_CONDUCT"),
    ],
  },
];

copyPages(pages);

export default defineConfig({
  title: "HTTP Connector",
  description: "A Java library that integrates applications with third-party HTTP APIs",
  lang: "en",
  head: [["link", { rel: "icon", href: "data:," }]],
  base,

  srcDir: pages,
  rewrites: {
    "README.md": "index.md",
    "docs/README.md": "docs/index.md",
    "benchmarks/README.md": "benchmarks/index.md",
  },
  outDir: "target/site",
  cacheDir: "target/cache",
  // The Javadoc, which Maven writes to target/public/apidocs.
  vite: { publicDir: path.resolve(website, "target/public") },

  markdown: {
    anchor: { slugify: githubSlug },
    languageAlias: { properties: "ini" },
    config: (markdown) =>
      markdown.use(repositoryLinks, { repository, pages }).use(plainBraces).use(javadocLinks, { base }),
  },

  themeConfig: {
    nav: [
      page("Quick start", "/docs/quick-start"),
      page("Cookbook", "/docs/cookbook"),
      page("Guides", "/docs/"),
      { text: "Javadoc", link: "/apidocs/index.html", target: "_self" },
    ],
    sidebar: guides,
    outline: [2, 3],
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: repository }],
    editLink: { pattern: `${repository}/edit/main/:path`, text: "Edit this page" },
  },
});
