/** The model of the JSON documents, derived from their readers, and JSON Schemas of it. Internal: for modules of this library. */
@NullMarked
package io.httpconnector.internal.definition;

import org.jspecify.annotations.NullMarked;
