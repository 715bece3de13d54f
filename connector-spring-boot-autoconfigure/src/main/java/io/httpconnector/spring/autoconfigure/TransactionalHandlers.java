package io.httpconnector.spring.autoconfigure;

import io.httpconnector.trigger.BatchHandler;
import io.httpconnector.trigger.EventHandler;

/** Makes handlers whose writes take place exactly once. Without a database there is no such bean. */
interface TransactionalHandlers {

    EventHandler event(EventHandler handler);

    BatchHandler batch(BatchHandler handler);
}
