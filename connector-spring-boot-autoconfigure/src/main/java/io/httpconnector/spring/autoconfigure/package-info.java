/** The auto-configuration of Spring Boot for connectors, with the properties {@code connectors.*}. */
@NullMarked
package io.httpconnector.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
