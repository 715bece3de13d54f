package io.httpconnector.polling;

import io.httpconnector.template.RequestTemplate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A token that is the complete URL of the next poll. */
final class UrlCursor extends TokenCursor {

    UrlCursor(Function<Page, Optional<String>> url, Common common) {
        super(url, common);
    }

    private UrlCursor(Function<Page, Optional<String>> url, Common common, List<Expiry> expiries) {
        super(url, common, expiries);
    }

    @Override
    UrlCursor with(Common changed, List<Expiry> expired) {
        return new UrlCursor(token, changed, expired);
    }

    @Override
    public Cursor sentAs(ParameterLocation location) {
        throw invalid("sentAs: a URL is the complete request and cannot be sent in a parameter");
    }

    @Override
    Optional<String> token(Page page) {
        return super.token(page).map(page::resolved);
    }

    @Override
    Map<String, Object> query(@Nullable String known) {
        return Map.of();
    }

    @Override
    @Nullable String firstPageUrl(@Nullable String known) {
        return known;
    }

    @Override
    @Nullable String pillStep() {
        return null;
    }

    @Override
    RequestTemplate applyTo(RequestTemplate template, List<String> problems) {
        return template;
    }

    @Override
    String identityText() {
        return "URL ";
    }
}
