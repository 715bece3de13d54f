package io.httpconnector.operation;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.polling.RecordSource;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.Set;

/** An operation that a poll runs, to read the records of its result. Immutable. */
record OperationSource(OperationDefinition definition) implements RecordSource {

    @Override
    public RequestTemplate template() {
        return definition.start();
    }

    @Override
    public Set<String> steps() {
        return Set.of(OperationDefinition.OPERATION, OperationDefinition.PARAMETERS);
    }

    @Override
    public Request request(HttpConnection connection, RequestTemplate placed, Pills pills) {
        return query(connection, placed, pills).request();
    }

    @Override
    public Query query(HttpConnection connection, RequestTemplate placed, Pills pills) {
        OperationResult result = Operation.started(definition.withStart(placed), connection, pills)
                .await();
        return new Query(result.firstRequest(), result::clean);
    }
}
