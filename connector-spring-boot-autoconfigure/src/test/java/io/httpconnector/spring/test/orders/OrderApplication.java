package io.httpconnector.spring.test.orders;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The application of {@link ConnectorTestTest}. */
@SpringBootApplication
class OrderApplication {}
