package io.httpconnector.polling;

import io.httpconnector.StatusException;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A cursor that the service returns on the last page, as a token for the next poll. */
sealed class TokenCursor extends Cursor permits UrlCursor {

    final Function<Page, Optional<String>> token;
    final List<Expiry> expiries;

    /** A response that means that a token has expired: a status and a text in the body. */
    record Expiry(int status, String text) {
        Expiry {
            if (status < 200 || status > 599) {
                throw invalid("the status " + status + " is out of range: use 200 to 599");
            }
        }
    }

    TokenCursor(Function<Page, Optional<String>> token, Common common) {
        this(token, common, List.of());
    }

    TokenCursor(Function<Page, Optional<String>> token, Common common, List<Expiry> expiries) {
        super(common);
        this.token = token;
        this.expiries = expiries;
    }

    @Override
    Cursor with(Common changed) {
        return with(changed, expiries);
    }

    TokenCursor with(Common changed, List<Expiry> expired) {
        return new TokenCursor(token, changed, expired);
    }

    TokenCursor withExpiry(int status, String part) {
        if (part == null) {
            throw invalid("expiredWhen: the text is null: leave it out");
        }
        List<Expiry> more = new ArrayList<>(expiries);
        more.add(new Expiry(status, part));
        Map<String, Object> each = part.isEmpty() ? Map.of("status", status) : Map.of("status", status, "text", part);
        return with(common().add("expiredWhen", each), List.copyOf(more));
    }

    /** Whether a response means that the token has expired. */
    boolean isExpiredBy(StatusException e) {
        String body = e.body().toLowerCase(Locale.ROOT);
        return e.status() == 410
                || expiries.stream()
                        .anyMatch(one -> one.status == e.status() && body.contains(one.text.toLowerCase(Locale.ROOT)));
    }

    /** The token for the next poll, if the page has one. */
    Optional<String> token(Page page) {
        return token.apply(page).filter(text -> !text.isBlank());
    }

    /** The pills of a query that continues at a token; null for everything. */
    Map<String, Object> query(@Nullable String known) {
        return known == null ? Map.of() : Map.of("cursor", known);
    }

    /** The URL of the first page of a query that continues at a token, instead of the URL of the template; null for none. */
    @Nullable String firstPageUrl(@Nullable String known) {
        return null;
    }

    @Override
    RequestTemplate applyTo(RequestTemplate template, List<String> problems) {
        if (location() == null) {
            problems.add("cursor: a token must be sent: remove clientSide()");
        }
        return super.applyTo(template, problems);
    }

    @Override
    String identityText() {
        return "OPAQUE ";
    }
}
