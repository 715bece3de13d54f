package io.httpconnector.internal.recording;

import io.httpconnector.internal.http.NameValuePair;
import io.httpconnector.internal.text.CredentialExchange;
import io.httpconnector.internal.transport.CallContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The secrets and redaction rules of a request, in addition to the fields that are marked as secrets. Immutable.
 *
 * @param signedFor the call for which an auth strategy is modifying the request, so that its additions become secrets; otherwise null
 * @param redactsResponse whether credentials arrive in the response, so that its content is secret
 * @param redactsUrl whether such a response chose the URL
 * @param redactsQueries whether the service chooses the URL and those of redirects, whose queries may be credentials
 * @param earlier the secrets of earlier requests of a chain of redirects, which the service may still echo
 * @param masked the secrets that the caller has declared, which may occur anywhere in the request
 * @param cookies the cookies that the service has set: they are masked, but the service may repeat them in redirects
 */
public record RedactionContext(
        @Nullable CallContext signedFor,
        boolean redactsResponse,
        boolean redactsUrl,
        boolean redactsQueries,
        List<NameValuePair> earlier,
        List<NameValuePair> masked,
        List<NameValuePair> cookies) {

    public static final RedactionContext NONE =
            new RedactionContext(null, false, false, false, List.of(), List.of(), List.of());

    /** Returns this context for an auth strategy. */
    public RedactionContext signedFor(CallContext call) {
        return new RedactionContext(call, redactsResponse, redactsUrl, redactsQueries, earlier, masked, cookies);
    }

    /** Returns this context with more secrets, which are masked wherever they occur. */
    public RedactionContext withSecrets(List<NameValuePair> secrets) {
        return new RedactionContext(
                signedFor, redactsResponse, redactsUrl, redactsQueries, joined(earlier, secrets), masked, cookies);
    }

    /** Returns this context with secrets that may occur anywhere in the request, and are sent to its origin only. */
    public RedactionContext masking(List<NameValuePair> secrets) {
        return new RedactionContext(
                signedFor, redactsResponse, redactsUrl, redactsQueries, earlier, joined(masked, secrets), cookies);
    }

    /** Returns this context with more cookies of the service. */
    public RedactionContext withCookies(List<NameValuePair> more) {
        return new RedactionContext(
                signedFor, redactsResponse, redactsUrl, redactsQueries, earlier, masked, joined(cookies, more));
    }

    /** Returns this context for a response in which credentials arrive. */
    public RedactionContext redactingResponse() {
        return new RedactionContext(signedFor, true, redactsUrl, redactsQueries, earlier, masked, cookies);
    }

    /** Returns this context for a URL that the service has chosen. */
    public RedactionContext redactingQueries() {
        return new RedactionContext(signedFor, redactsResponse, redactsUrl, true, earlier, masked, cookies);
    }

    /**
     * Returns the context of the request after a redirect.
     *
     * @param secrets the secrets of the request that was redirected
     * @param sent the context of that request as it was sent
     */
    public RedactionContext redirected(List<NameValuePair> secrets, RedactionContext sent) {
        return new RedactionContext(
                null, redactsResponse, redactsResponse, redactsQueries, List.copyOf(secrets), masked, sent.cookies);
    }

    /** Returns the context of a request that an interceptor has changed, with that of the original request. */
    public RedactionContext revealed(RedactionContext original) {
        return new RedactionContext(
                null,
                redactsResponse || original.redactsResponse,
                original.redactsUrl,
                redactsQueries || original.redactsQueries,
                joined(original.earlier, earlier),
                joined(original.masked, masked),
                original.cookies);
    }

    /** Returns the path and query of a URL for display. */
    public String shownTarget(String target) {
        return redactsUrl ? CredentialExchange.url(target) : target;
    }

    private static List<NameValuePair> joined(List<NameValuePair> first, List<NameValuePair> second) {
        List<NameValuePair> all = new ArrayList<>(first);
        second.stream().filter(one -> !all.contains(one)).forEach(all::add);
        return List.copyOf(all);
    }
}
