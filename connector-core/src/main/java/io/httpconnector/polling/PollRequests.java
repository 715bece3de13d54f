package io.httpconnector.polling;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.polling.RequestSource.FixedSource;
import io.httpconnector.template.Pills;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The requests of the pages of a poll: those of the template, or those of a {@link RecordSource}. Not thread-safe. */
final class PollRequests {

    private final TriggerDefinition definition;

    /** The request of the current query with the parameters of the pagination; null before the first page. */
    private @Nullable RequestSource current;

    /** The actions of the queries after the delivery of their records. */
    private final List<Runnable> delivered = new ArrayList<>();

    PollRequests(TriggerDefinition definition) {
        this.definition = definition;
    }

    /** Returns the request of the current page, as far as it does not depend on the previous one. */
    Request render(Pills pills, Pager pager) {
        RecordSource source = definition.source();
        if (source == null) {
            return definition.template().render(pills);
        }
        RequestSource requests = current;
        if (requests == null || pager.number() == 1) {
            RecordSource.Query query = source.query(definition.connection(), definition.template(), pills);
            delivered.add(query.delivered());
            requests = paged(query.request());
            current = requests;
        }
        return requests.render(pills, pager.pills());
    }

    /** Called when the poll has delivered the records of all queries. */
    void delivered() {
        delivered.forEach(Runnable::run);
    }

    private RequestSource paged(Request request) {
        List<String> problems = new ArrayList<>();
        RequestSource paged = new FixedSource(request).with(definition.pagination(), problems);
        if (!problems.isEmpty()) {
            throw new InvalidDefinitionException("trigger \"" + definition.id() + "\"", problems);
        }
        return paged;
    }
}
