/** A markdown-it plugin that keeps {{name}}, the notation of request templates, from being read as a Vue expression. */
export function plainBraces(markdown) {
  for (const rule of ["text", "code_inline"]) {
    const render = markdown.renderer.rules[rule];
    markdown.renderer.rules[rule] = (...args) => render(...args).replaceAll("{{", "&#123;&#123;");
  }
}
