/**
 * Requests with places for values that change from job to job. Start with
 * {@link io.httpconnector.template.RequestTemplate}; the values come in {@link io.httpconnector.template.Pills}. A template is
 * compiled once, and what is wrong with it is said then; rendering walks a short list of parts. Uses the root package only.
 */
@NullMarked
package io.httpconnector.template;

import org.jspecify.annotations.NullMarked;
