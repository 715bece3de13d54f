package io.httpconnector.operation;

import java.util.UUID;

/** Generates the keys of runs. */
final class OperationKeys {

    private OperationKeys() {}

    static String newKey() {
        return UUID.randomUUID().toString();
    }
}
