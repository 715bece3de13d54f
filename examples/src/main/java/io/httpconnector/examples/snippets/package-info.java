/**
 * The code that the documents show, one class for each page, so that it compiles: {@code SnippetsTest} compares the two.
 */
@NullMarked
package io.httpconnector.examples.snippets;

import org.jspecify.annotations.NullMarked;
