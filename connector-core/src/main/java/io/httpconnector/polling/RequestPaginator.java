package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Request;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Pagination by code that creates the request of the next page. It cannot be part of a definition, and is not detected.
 *
 * @param next returns the request after a page and its request; empty after the last page
 */
record RequestPaginator(BiFunction<Page, Request, Optional<Request>> next) implements Paginator {

    @Override
    public PageSequence start() {
        return new RequestSequence();
    }

    @Override
    public void writeTo(ObjectNode definition) {
        throw SettingsDocument.containsCode("pagination");
    }

    /** The requests of one query. Detects a page that was read before. */
    private final class RequestSequence implements PageSequence {

        private final Set<Fingerprint> contents = new HashSet<>();
        private @Nullable Request current;
        private @Nullable Request following;

        @Override
        public boolean next(Page page, boolean more) {
            if (page.records() > 0 && !contents.add(page.content())) {
                throw PageSequence.endless("page " + page.number() + " has the same records as an earlier page");
            }
            if (current == null) {
                throw new IllegalStateException("a page without a request");
            }
            following = next.apply(page, current).orElse(null);
            return following != null;
        }

        @Override
        public Request request(Request rendered) {
            current = following == null ? rendered : following;
            return current;
        }
    }
}
