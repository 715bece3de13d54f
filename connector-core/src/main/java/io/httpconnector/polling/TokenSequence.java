package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pages by a token or URL that each page returns for the next one: they end where a page has none. Detects loops. */
final class TokenSequence implements PageSequence {

    /** The number of consecutive pages with the records of an earlier one that are no chance, if the records have no identity. */
    static final int MAX_KNOWN = 2;

    /** The number of pages whose tokens and records are compared with later ones. */
    private static final int MAX_REMEMBERED = 10_000;

    private final Function<Page, JsonNode> next;
    private final boolean isUrl;
    private final Consumer<Page> checkEnd;
    private final RememberedFingerprints used = new RememberedFingerprints(MAX_REMEMBERED);
    private final RememberedFingerprints contents = new RememberedFingerprints(MAX_REMEMBERED);
    private @Nullable Fingerprint previous;
    /** The ids of the records of the previous page; null when they have none. */
    private @Nullable Fingerprint previousIds;

    private int known;
    private JsonNode token = MissingNode.getInstance();

    private TokenSequence(Function<Page, JsonNode> next, boolean isUrl, Consumer<Page> checkEnd) {
        this.next = next;
        this.isUrl = isUrl;
        this.checkEnd = checkEnd;
    }

    /** Sends each token as the pill {@code page.cursor}; a missing node ends the pages. */
    static TokenSequence ofTokens(Function<Page, JsonNode> next) {
        return ofTokens(next, page -> {});
    }

    /**
     * Sends each token as the pill {@code page.cursor}; a missing node ends the pages.
     *
     * @param checkEnd throws an exception where a page without a token is not the last one
     */
    static TokenSequence ofTokens(Function<Page, JsonNode> next, Consumer<Page> checkEnd) {
        return new TokenSequence(next, false, checkEnd);
    }

    /** Requests each page by its URL. */
    static TokenSequence ofUrls(Function<Page, Optional<String>> next) {
        return ofUrls(next, page -> {});
    }

    /**
     * Requests each page by its URL.
     *
     * @param checkEnd throws an exception where a page without a URL is not the last one
     */
    static TokenSequence ofUrls(Function<Page, Optional<String>> next, Consumer<Page> checkEnd) {
        return new TokenSequence(
                page -> next.apply(page)
                        .filter(url -> !url.isBlank())
                        .<JsonNode>map(url -> TextNode.valueOf(page.resolved(url)))
                        .orElseGet(MissingNode::getInstance),
                true,
                checkEnd);
    }

    @Override
    public void startAt(String cursor) {
        token = TextNode.valueOf(cursor);
        used.add(Fingerprint.of(token));
    }

    @Override
    public @Nullable String token() {
        return isUrl || token.isMissingNode() ? null : token.asText();
    }

    @Override
    public @Nullable String url() {
        return isUrl && !token.isMissingNode() ? token.asText() : null;
    }

    @Override
    public void addPills(ObjectNode pills) {
        if (!isUrl && !token.isMissingNode()) {
            pills.set("cursor", token);
        }
    }

    @Override
    public boolean isResumable() {
        return true;
    }

    @Override
    public void save(ObjectNode state) {
        state.set("token", token);
        if (previous != null) {
            state.put("previous", previous.toString());
        }
    }

    @Override
    public void resume(JsonNode state) {
        token = state.path("token");
        used.add(Fingerprint.of(token));
        Fingerprint content = Fingerprint.read(state.path("previous").asText());
        if (content != null) {
            contents.add(content);
        }
    }

    @Override
    public void last(Page page) {
        boolean isKnown = page.records() > 0 && !contents.add(page.content());
        JsonNode following = isKnown ? next.apply(page) : MissingNode.getInstance();
        if (!following.isMissingNode() && (!page.isUniform() || used.contains(Fingerprint.of(following)))) {
            throw PageSequence.endless("page " + page.number()
                    + " has the same records as an earlier page, and a further page although it should be the last one:"
                    + " the service ignores the token");
        }
    }

    @Override
    public boolean next(Page page, boolean more) {
        boolean isNew = page.records() > 0 && contents.add(page.content());
        known = isNew || page.records() == 0 || page.isUniform() ? 0 : known + 1;
        previous = page.content();
        Fingerprint ids = page.ids();
        boolean hasSameIds = ids != null && ids.equals(previousIds);
        previousIds = ids;
        JsonNode following = next.apply(page);
        if (following.isMissingNode()) {
            checkEnd.accept(page);
            return false;
        }
        // A scroll token is the same on each page: the iteration continues while there are records that were on no
        // page before. One that was used before another one leads back.
        boolean isSame = following.equals(token);
        boolean isUsed = !used.add(Fingerprint.of(following));
        if (isUsed && !(isSame && isNew && !(isUrl && hasSameIds))) {
            if (isSame && page.count() == 0) {
                return false;
            }
            throw PageSequence.endless(
                    isSame
                            ? "page " + page.number()
                                    + " has the same records and token as an earlier page: the service ignores"
                                    + " the token, or repeats that of the last page; in that case use"
                                    + " another end condition"
                            : "page " + page.number() + " leads back to an earlier page");
        }
        if (known == MAX_KNOWN || (known > 0 && page.isIdentified())) {
            throw PageSequence.endless("page " + page.number() + " has the same records as an earlier page"
                    + (page.isIdentified() ? "" : ", as the page before it") + ", but a new token or URL: the service"
                    + " ignores the token");
        }
        token = following;
        return true;
    }
}
