package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.PaginationCandidate.Evidence;
import java.util.List;
import java.util.function.Consumer;

/** Pagination by the {@code Link} header with {@code rel="next"} (RFC 8288). */
record LinkHeaderPaginator() implements Paginator {

    static final PaginatorType TYPE = new LinkHeaderType();

    @Override
    public PageSequence start() {
        return TokenSequence.ofUrls(page -> LinkHeader.next(page.response()));
    }

    @Override
    public boolean isByUrl() {
        return true;
    }

    @Override
    public void writeTo(ObjectNode definition) {
        definition.put(TYPE.member(), true);
    }

    private static final class LinkHeaderType implements PaginatorType {

        @Override
        public String member() {
            return "linkHeader";
        }

        @Override
        public void read(JsonObjectReader reader, Consumer<Paginator> found) {
            if (reader.isMarked(member())) {
                found.accept(new LinkHeaderPaginator());
            }
        }

        @Override
        public List<PaginationCandidate> detect(FirstResponse response) {
            return LinkHeader.hasNext(response.page().response())
                    ? List.of(PaginationCandidate.of(
                            new LinkHeaderPaginator(),
                            EndConditions.NONE,
                            Evidence.URL,
                            "a Link header with rel=\"next\""))
                    : List.of();
        }
    }
}
