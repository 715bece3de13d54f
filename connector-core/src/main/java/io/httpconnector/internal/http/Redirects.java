package io.httpconnector.internal.http;

/** The rules for redirects: RFC 9110, section 15.4, as browsers apply them. */
public final class Redirects {

    /** The maximum number of consecutive redirects. */
    public static final int MAX = 5;

    private Redirects() {}

    /**
     * Returns whether a status redirects to the URL in {@code Location}.
     *
     * @param status the status of a response
     * @return true for 301, 302, 303, 307 and 308
     */
    public static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    /**
     * Returns whether the redirected request is a GET without the body: after 303, and after 301 and 302 of a POST.
     *
     * @param method the method of the request
     * @param status the status of the redirect
     * @return false if method and body stay the same
     */
    public static boolean becomesGet(String method, int status) {
        return status == 303 ? !method.equals("HEAD") : method.equals("POST") && (status == 301 || status == 302);
    }
}
