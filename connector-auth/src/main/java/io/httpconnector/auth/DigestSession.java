package io.httpconnector.auth;

import io.httpconnector.AuthStrategy;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.auth.internal.Challenge;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The Digest authentication of one connection. A nonce is reused only after the service has accepted it. If a reused nonce is
 * rejected, the password can still be right, as the service may accept each nonce only once: such a request is signed again
 * with the new challenge. The rejection of a new nonce is final, as a connection calls {@link #refresh} once per call; so a
 * wrong password is sent once per call. Thread-safe.
 */
final class DigestSession implements AuthStrategy {

    private static final int MAX_CHALLENGES = 100;
    private static final Pattern NONCE = Pattern.compile("[ ,]nonce=\"((?:[^\"\\\\]|\\\\.)*+)\"");

    private final String user;
    private final Secret password;
    private final boolean permitsMd5;
    /** Known challenges by nonce, so that requests with the same nonce are counted together. */
    private final Map<String, DigestChallenge> challenges = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, DigestChallenge> eldest) {
            return size() > MAX_CHALLENGES;
        }
    };
    /** The challenge for the request that this thread is about to sign again: another thread must not use its nonce. */
    @SuppressWarnings("ThreadLocalUsage") // One for each connection.
    private final ThreadLocal<@Nullable DigestChallenge> pendingChallenge = new ThreadLocal<>();

    private @Nullable DigestChallenge reusable;

    DigestSession(String user, Secret password, boolean permitsMd5) {
        this.user = user;
        this.password = password;
        this.permitsMd5 = permitsMd5;
    }

    @Override
    public Request apply(Request request) {
        DigestChallenge challenge = challenge();
        if (challenge == null) {
            return request;
        }
        int count = challenge.nextCount();
        return request.header(
                "Authorization", password.map(secret -> challenge.authorization(request, user, secret, count)));
    }

    private @Nullable DigestChallenge challenge() {
        DigestChallenge own = pendingChallenge.get();
        if (own != null) {
            pendingChallenge.remove();
            return own;
        }
        synchronized (this) {
            return reusable;
        }
    }

    @Override
    public synchronized boolean refresh(Request rejected, Response response) {
        DigestChallenge used = used(rejected);
        Optional<DigestChallenge> next =
                DigestChallenge.strongest(response.headers().all("WWW-Authenticate"), permitsMd5);
        if (used != null && used == reusable) {
            reusable = null;
        }
        next.ifPresent(challenge -> pendingChallenge.set(known(challenge)));
        return next.isPresent();
    }

    @Override
    public synchronized void accepted(Request sent, Response response) {
        DigestChallenge used = used(sent);
        if (used == null || isFailure(response.status())) {
            return;
        }
        String next = response.headers()
                .first("Authentication-Info")
                .map(Challenge::parameters)
                .map(info -> info.get("nextnonce"))
                .orElse(null);
        reusable = next == null || next.isEmpty() ? used : known(used.next(next));
    }

    /** Returns whether a response does not prove that the service has accepted the credentials. */
    private static boolean isFailure(int status) {
        return status >= 500 || status == 401 || status == 407 || status == 429;
    }

    private @Nullable DigestChallenge used(Request request) {
        Matcher nonce = NONCE.matcher(request.header("Authorization").orElse(""));
        return nonce.find() ? challenges.get(nonce.group(1)) : null;
    }

    private DigestChallenge known(DigestChallenge challenge) {
        DigestChallenge known = challenges.putIfAbsent(challenge.nonce(), challenge);
        return known == null ? challenge : known;
    }

    @Override
    public String toString() {
        return "DigestAuth";
    }
}
