package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The absence of pagination: all records are on one page. */
record SinglePage() implements Paginator {

    @Override
    public PageSequence start() {
        return (page, more) -> false;
    }

    @Override
    public void writeTo(ObjectNode definition) {}

    @Override
    public boolean isByUrl() {
        return true;
    }
}
