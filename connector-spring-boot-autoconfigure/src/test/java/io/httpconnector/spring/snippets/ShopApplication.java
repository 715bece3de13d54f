package io.httpconnector.spring.snippets;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The application of the test in docs/spring-boot.md. */
@SpringBootApplication
class ShopApplication {}
