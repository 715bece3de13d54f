/** The model of the JSON documents, derived from their readers, and JSON Schemas of it. Not public yet: the base of the schema of connector documents. */
@NullMarked
package io.httpconnector.definition.model;

import org.jspecify.annotations.NullMarked;
