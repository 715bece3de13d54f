package io.httpconnector.spring.test.orders;

import org.springframework.stereotype.Component;

/** A component that no handler needs. */
@Component
class BrokenComponent {

    BrokenComponent() {
        throw new IllegalStateException("it belongs to another part of the application");
    }
}
