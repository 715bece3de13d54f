/** Tests of handlers in a Spring Boot application, with mock services and virtual time. */
@NullMarked
package io.httpconnector.spring.test;

import org.jspecify.annotations.NullMarked;
