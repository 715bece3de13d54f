/** Connectors as beans of a Spring Boot application: access by name, and extension points for its configuration. */
@NullMarked
package io.httpconnector.spring;

import org.jspecify.annotations.NullMarked;
