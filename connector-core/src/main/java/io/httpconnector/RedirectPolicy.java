package io.httpconnector;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.http.Url;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where an answer leads: RFC 9110, section 15.4, as browsers follow it. */
final class RedirectPolicy {

    static final int MAX_HOPS = 5;

    private RedirectPolicy() {}

    /**
     * The request that follows, or null when the answer is no redirect or the request wants it as it is.
     *
     * @param request what was sent, before the auth strategy added to it
     * @throws InvalidResponseException when it must not be followed
     */
    static @Nullable Request next(Request request, Response response, int hop) {
        String location = isRedirect(response.status())
                ? response.headers().first("Location").orElse(null)
                : null;
        if (location == null || response.matchedRule() || request.accepts(response.status())) {
            return null;
        }
        if (hop == MAX_HOPS) {
            throw refused(response, "more than " + MAX_HOPS + " redirects follow each other");
        }
        Url target;
        try {
            target = request.url().redirectedTo(location);
        } catch (InvalidDefinitionException e) {
            throw refused(response, "it redirects to what is no acceptable URL");
        }
        List<NameValuePair> secrets = response.request().secrets();
        Request next = request.redirected(
                target, Url.isSameDocument(location), becomesGet(request.method(), response.status()), secrets);
        if (!next.isReplayable()) {
            throw refused(response, "it redirects a body that can be sent only once");
        }
        if (request.url().sameOrigin(target)) {
            return next;
        }
        if (request.url().isSecure() && !target.isSecure()) {
            throw refused(response, "it redirects from https to http");
        }
        boolean echoesSecret = !new Redactor(secrets).mask(location).equals(location);
        if (echoesSecret || next.hasSecretContent()) {
            throw refused(response, "it redirects to another origin, which must not see the secrets of this request");
        }
        return OriginPolicy.elsewhere(next);
    }

    /** Whether a redirect repeats the URL of the request, with its query. */
    static boolean repeatsUrl(Response response) {
        return response.headers().first("Location").filter(Url::isSameDocument).isPresent();
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static boolean becomesGet(String method, int status) {
        return status == 303 ? !method.equals("HEAD") : method.equals("POST") && (status == 301 || status == 302);
    }

    private static InvalidResponseException refused(Response response, String problem) {
        Exchange exchange = response.exchange();
        return new InvalidResponseException(
                exchange.summary() + ": " + problem + ": accept(" + response.status() + ") gives the answer itself",
                null,
                exchange);
    }
}
