package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.polling.PaginationCandidate.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pagination by a token that each page returns for the next one.
 *
 * @param location the location of the token in a request
 * @param source the location of the token in a page; null until it is set
 */
record TokenPaginator(ParameterLocation location, @Nullable TokenSource source) implements Paginator {

    static final PaginatorType TYPE = new TokenType();

    private static final List<String> SOURCES = List.of("token", "tokenHeader", "tokenOfLastRecord");

    /**
     * The location of the token in a page.
     *
     * @param member the member in a definition; null for code
     * @param value its value
     * @param checkEnd throws an exception where a page without a token is not the last one
     */
    private record TokenSource(
            @Nullable String member, String value, Function<Page, JsonNode> extractor, Consumer<Page> checkEnd) {}

    TokenPaginator(ParameterLocation location) {
        this(location, null);
    }

    TokenPaginator inBody(String pointer) {
        ValueSource field = ValueSource.ofPage("pagination", pointer);
        return from("token", pointer, page -> read(field.in(page)), page -> LastRecordToken.requireValue(field, page));
    }

    TokenPaginator inHeader(String header) {
        return from("tokenHeader", header, page -> text(page.header(header)), page -> {});
    }

    TokenPaginator inLastRecord(String pointer) {
        JsonPaths field = JsonPaths.of("pagination", pointer);
        return from(
                "tokenOfLastRecord",
                pointer,
                page -> read(field.resolve(page.lastRecord())),
                page -> LastRecordToken.requireAt(pointer, page));
    }

    TokenPaginator by(Function<Page, Optional<String>> code) {
        return from(null, "", page -> text(code.apply(page)), page -> {});
    }

    /** Reads a token; as an object or a list it can be sent only where JSON is, or where the template selects its values. */
    private JsonNode read(JsonNode value) {
        return location.isStructured() ? Page.tokenOrObject(value) : text(Page.token(value));
    }

    private static JsonNode text(Optional<String> token) {
        return token.filter(text -> !text.isBlank())
                .<JsonNode>map(TextNode::valueOf)
                .orElseGet(MissingNode::getInstance);
    }

    private TokenPaginator from(
            @Nullable String member, String value, Function<Page, JsonNode> extractor, Consumer<Page> checkEnd) {
        return new TokenPaginator(location, new TokenSource(member, value, extractor, checkEnd));
    }

    @Override
    public PageSequence start() {
        return source == null
                ? TokenSequence.ofTokens(page -> MissingNode.getInstance())
                : TokenSequence.ofTokens(source.extractor, source.checkEnd);
    }

    @Override
    public PageParameter parameter() {
        return new PageParameter("page.cursor", location);
    }

    @Override
    public boolean continuesCursor() {
        return true;
    }

    @Override
    public void check(List<String> problems) {
        if (source == null) {
            problems.add("pagination: the token is not defined: set it by token(...)");
        }
    }

    @Override
    public void writeTo(ObjectNode definition) {
        definition.set(TYPE.member(), location.toJson());
        if (source != null && source.member == null) {
            throw SettingsDocument.containsCode("pagination");
        }
        if (source != null) {
            definition.put(source.member, source.value);
        }
    }

    private static final class TokenType implements PaginatorType {

        private static final List<String> HEADERS =
                List.of("X-Next-Cursor", "X-Next-Page-Token", "X-Continuation-Token", "X-Next");

        @Override
        public String member() {
            return "cursor";
        }

        @Override
        public List<String> options() {
            return SOURCES;
        }

        @Override
        public void read(JsonObjectReader reader, Consumer<Paginator> found) {
            ParameterLocation location = reader.object(member(), ParameterLocation::read);
            reader.atMostOneOf(SOURCES.toArray(String[]::new));
            // Without a valid location, the members are read nevertheless, to report their problems.
            ParameterLocation placed = location == null ? ParameterLocation.template() : location;
            TokenPaginator paginator = new MemberSteps<>(reader, new TokenPaginator(placed))
                    .text("token", TokenPaginator::inBody)
                    .text("tokenHeader", TokenPaginator::inHeader)
                    .text("tokenOfLastRecord", TokenPaginator::inLastRecord)
                    .value();
            if (location != null) {
                found.accept(paginator);
            }
        }

        @Override
        public List<PaginationCandidate> detect(FirstResponse response) {
            List<PaginationCandidate> found = new ArrayList<>();
            response.referencesToNextPage().forEach((pointer, value) -> {
                if (!NextUrlPaginator.isUrl(value)) {
                    for (String parameter : TokenNames.parameters(FirstResponse.lastName(pointer))) {
                        addCandidates(found, response, sentAs(parameter).inBody(pointer), "a token at " + pointer);
                    }
                }
            });
            for (String header : HEADERS) {
                if (response.page().header(header).isPresent()) {
                    for (String parameter : TokenNames.parameters(header.substring(2))) {
                        addCandidates(found, response, sentAs(parameter).inHeader(header), "the header " + header);
                    }
                }
            }
            String more = response.moreFlag();
            if (more != null && !response.page().lastRecord().path("id").isMissingNode()) {
                for (String parameter : List.of("starting_after", "after", "after_id", "since_id")) {
                    found.add(candidate(
                            sentAs(parameter).inLastRecord("/id"),
                            EndConditions.NONE.with("moreWhile", more),
                            "the flag " + more + ", and the id of the last record"));
                }
            }
            return found;
        }

        private static TokenPaginator sentAs(String parameter) {
            return new TokenPaginator(ParameterLocation.query(parameter));
        }

        /** Where a flag states that this is the last page, a token that is always present does not lead to another one. */
        private static void addCandidates(
                List<PaginationCandidate> found, FirstResponse response, TokenPaginator paginator, String reason) {
            EndConditions last = response.endsHereByFlag();
            if (last != null) {
                found.add(candidate(paginator, last, reason));
            }
            found.add(candidate(paginator, response.endsByFlags(), reason));
        }

        private static PaginationCandidate candidate(TokenPaginator paginator, EndConditions ends, String reason) {
            return PaginationCandidate.of(paginator, ends, Evidence.TOKEN, reason);
        }
    }
}
