/**
 * Request templates with placeholders for values that change from job to job. Start with
 * {@link io.httpconnector.template.RequestTemplate}; {@link io.httpconnector.template.Pills} supplies the values. A template
 * is compiled and checked once; rendering iterates over a short list of compiled parts. Depends on the root package only.
 */
@NullMarked
package io.httpconnector.template;

import org.jspecify.annotations.NullMarked;
