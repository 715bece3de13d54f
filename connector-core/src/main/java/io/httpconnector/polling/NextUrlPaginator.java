package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.polling.PaginationCandidate.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pagination by a URL of the next page, which is in the body or is extracted by code.
 *
 * @param pointer the JSON pointer or expression of the URL; null for code
 * @param checkEnd throws an exception where a page without a URL is not the last one
 */
record NextUrlPaginator(@Nullable String pointer, Function<Page, Optional<String>> url, Consumer<Page> checkEnd)
        implements Paginator {

    static final PaginatorType TYPE = new NextUrlType();

    static NextUrlPaginator inBody(String pointer) {
        ValueSource source = ValueSource.ofPage("pagination", pointer);
        return new NextUrlPaginator(
                pointer, page -> Page.token(source.in(page)), page -> LastRecordToken.requireValue(source, page));
    }

    static NextUrlPaginator by(Function<Page, Optional<String>> code) {
        return new NextUrlPaginator(null, code, page -> {});
    }

    /** Whether a value looks like a URL, absolute or relative, instead of a token. */
    static boolean isUrl(String value) {
        return value.startsWith("http") || value.startsWith("/") || value.startsWith("?");
    }

    @Override
    public PageSequence start() {
        return TokenSequence.ofUrls(url, checkEnd);
    }

    @Override
    public boolean isByUrl() {
        return true;
    }

    @Override
    public void writeTo(ObjectNode definition) {
        if (pointer == null) {
            throw SettingsDocument.containsCode("pagination");
        }
        definition.put(TYPE.member(), pointer);
    }

    private static final class NextUrlType implements PaginatorType {

        @Override
        public String member() {
            return "nextUrl";
        }

        @Override
        public void read(JsonObjectReader reader, Consumer<Paginator> found) {
            reader.text(member(), pointer -> found.accept(inBody(pointer)));
        }

        @Override
        public List<PaginationCandidate> detect(FirstResponse response) {
            List<PaginationCandidate> found = new ArrayList<>();
            response.referencesToNextPage().forEach((pointer, value) -> {
                if (isUrl(value)) {
                    PaginationCandidate candidate = PaginationCandidate.of(
                            inBody(pointer), response.endsByFlags(), Evidence.URL, "a URL at " + pointer);
                    found.add(0, candidate);
                }
            });
            return found;
        }
    }
}
