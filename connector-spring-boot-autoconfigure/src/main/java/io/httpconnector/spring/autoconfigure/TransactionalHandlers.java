package io.httpconnector.spring.autoconfigure;

import io.httpconnector.trigger.BatchHandler;
import io.httpconnector.trigger.EventHandler;

/** Makes handlers whose writes take place exactly once. Without a database there is no such bean. */
interface TransactionalHandlers {

    /** Calls handlers directly: {@code @ConnectorTest} has no database. */
    TransactionalHandlers NONE = new TransactionalHandlers() {

        @Override
        public EventHandler event(EventHandler handler) {
            return handler;
        }

        @Override
        public BatchHandler batch(BatchHandler handler) {
            return handler;
        }
    };

    EventHandler event(EventHandler handler);

    BatchHandler batch(BatchHandler handler);
}
