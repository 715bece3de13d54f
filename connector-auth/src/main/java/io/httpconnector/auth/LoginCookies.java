package io.httpconnector.auth;

import io.httpconnector.AuthContext;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.http.CookieJar;
import io.httpconnector.internal.http.Url;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The cookies that the responses to a login set, also those that redirect; those of a later login are separate. Thread-safe. */
final class LoginCookies implements AuthContext.Cookies {

    private final CookieJar all = new CookieJar();
    private final TimeSource timeSource;
    /** The cookies of the last step alone. */
    private CookieJar last = new CookieJar();
    /** The {@code Set-Cookie} fields of the last step. */
    private List<String> fields = List.of();

    LoginCookies(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** Starts a step of the login, whose cookies are those of its response and of the redirects to it. */
    void startStep() {
        last = new CookieJar();
        fields = List.of();
    }

    /** Returns the {@code Set-Cookie} fields of the last step. */
    List<String> fields() {
        return fields;
    }

    /** Stores the cookies of a response. Called by the thread of the login. */
    @Override
    public void store(URI requested, Response response) {
        fields = Stream.concat(fields.stream(), response.headers().all("Set-Cookie").stream())
                .toList();
        store(last, requested, response);
        store(all, requested, response);
    }

    private void store(CookieJar jar, URI requested, Response response) {
        Url url = Url.parseAbsolute(requested.toString());
        CookieJar.Cookies kept = jar.of(url.origin());
        if (kept != null) {
            kept.store(response.headers().all("Set-Cookie"), url.path(), timeSource.now());
        }
    }

    boolean isEmpty() {
        return all.isEmpty(timeSource.now());
    }

    /**
     * Returns the time when the session ends: when the first cookie of the last step expires, as those of earlier steps need
     * not outlive the login.
     */
    Optional<Instant> expiry() {
        return last.isEmpty(timeSource.now()) ? all.expiry() : last.expiry();
    }

    /** Adds the cookies for a URL to a request. */
    @Override
    public Request addTo(Request request, URI requested) {
        Url url = Url.parseAbsolute(requested.toString());
        String own = request.header("Cookie").orElse("");
        String cookies = all.header(url.origin(), url.path(), own, timeSource.now());
        return cookies.equals(own) ? request : request.header("Cookie", Secret.of(cookies));
    }

    /** Omits the cookies. */
    @Override
    public String toString() {
        return "LoginCookies";
    }
}
