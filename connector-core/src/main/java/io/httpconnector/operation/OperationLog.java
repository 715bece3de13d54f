package io.httpconnector.operation;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The logger of operations, named like the class {@code Operation}. */
final class OperationLog {

    static final Logger LOG = LoggerFactory.getLogger("io.httpconnector.operation.Operation");

    private OperationLog() {}
}
