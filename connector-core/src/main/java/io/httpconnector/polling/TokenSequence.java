package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pages by a token or URL that each page returns for the next one: they end where a page has none. Detects loops. */
final class TokenSequence implements PageSequence {

    private final Function<Page, Optional<String>> next;
    private final boolean isUrl;
    private final Set<Fingerprint> used = new HashSet<>();
    private final Set<Fingerprint> contents = new HashSet<>();
    private @Nullable String token;

    private TokenSequence(Function<Page, Optional<String>> next, boolean isUrl) {
        this.next = next;
        this.isUrl = isUrl;
    }

    /** Sends each token as the pill {@code page.cursor}. */
    static TokenSequence ofTokens(Function<Page, Optional<String>> next) {
        return new TokenSequence(next, false);
    }

    /** Requests each page by its URL. */
    static TokenSequence ofUrls(Function<Page, Optional<String>> next) {
        return new TokenSequence(next, true);
    }

    @Override
    public void startAt(String cursor) {
        token = cursor;
        used.add(Fingerprint.of(cursor));
    }

    @Override
    public @Nullable String token() {
        return isUrl ? null : token;
    }

    @Override
    public @Nullable String url() {
        return isUrl ? token : null;
    }

    @Override
    public void addPills(ObjectNode pills) {
        if (!isUrl && token != null) {
            pills.put("cursor", token);
        }
    }

    @Override
    public boolean next(Page page, boolean more) {
        boolean isNew = page.count() > 0 && contents.add(page.content());
        Optional<String> found = next.apply(page).filter(text -> !text.isBlank());
        if (found.isEmpty()) {
            return false;
        }
        String following = isUrl ? page.resolved(found.get()) : found.get();
        // A scroll token is the same on each page: the iteration continues while there are records that were on no
        // page before.
        if (!used.add(Fingerprint.of(following)) && !isNew) {
            boolean isSame = following.equals(token);
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
        token = following;
        return true;
    }
}
