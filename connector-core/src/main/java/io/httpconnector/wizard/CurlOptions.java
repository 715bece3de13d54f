package io.httpconnector.wizard;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options of curl (manual page of curl 8), by what an import makes of them. */
final class CurlOptions {

    private static final Set<String> REQUEST =
            words("request header data data-ascii data-raw data-binary data-urlencode json form form-string user cookie"
                    + " user-agent referer url max-time oauth2-bearer url-query upload-file range aws-sigv4 config"
                    + " proto-default request-target");

    private static final Set<String> SWITCHES = words("get head globoff path-as-is next form-escape");

    /** Options that the connection determines, with and without a value. */
    private static final Set<String> CONNECTION_WITH_VALUE = words(
            "proxy cert key cacert capath connect-timeout retry retry-delay retry-max-time resolve pass max-redirs"
                    + " cert-type key-type ciphers tls13-ciphers tls-max pinnedpubkey crlfile curves engine noproxy preproxy"
                    + " proxy-user proxy-header proxy-cacert proxy-cert proxy-key proxy-pass proxy1.0 socks4 socks4a socks5"
                    + " socks5-hostname interface dns-interface dns-servers dns-ipv4-addr dns-ipv6-addr doh-url connect-to"
                    + " unix-socket abstract-unix-socket local-port keepalive-time limit-rate speed-limit speed-time rate"
                    + " happy-eyeballs-timeout-ms expect100-timeout proto proto-redir alt-svc hsts delegation service-name"
                    + " netrc-file proxy-service-name parallel-max max-filesize tlsuser tlspassword tlsauthtype");

    private static final Set<String> CONNECTION = words(
            "insecure location location-trusted compressed http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3"
                    + " http3-only ipv4 ipv6 tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 sslv2 sslv3 ssl ssl-reqd ssl-no-revoke"
                    + " ssl-allow-beast ssl-revoke-best-effort ssl-auto-client-cert cert-status false-start basic digest"
                    + " negotiate ntlm ntlm-wb anyauth netrc netrc-optional fail fail-with-body fail-early post301 post302"
                    + " post303 proxytunnel proxy-insecure proxy-basic proxy-digest proxy-ntlm proxy-negotiate"
                    + " proxy-anyauth tcp-nodelay tcp-fastopen keepalive alpn npn sessionid retry-all-errors"
                    + " retry-connrefused tr-encoding raw ignore-content-length haproxy-protocol disallow-username-in-url"
                    + " doh-insecure doh-cert-status junk-session-cookies suppress-connect-headers ca-native"
                    + " proxy-ca-native disable no-keepalive no-alpn no-npn no-sessionid");

    /** Options for curl's output, with and without a value. */
    private static final Set<String> OUTPUT_WITH_VALUE = words(
            "output write-out dump-header cookie-jar output-dir stderr trace trace-ascii libcurl etag-save create-file-mode");

    private static final Set<String> OUTPUT =
            words("silent show-error verbose include no-buffer buffer progress-bar remote-name remote-name-all"
                    + " remote-header-name remote-time no-progress-meter progress-meter create-dirs no-clobber clobber"
                    + " trace-time trace-ids styled-output no-styled-output parallel parallel-immediate remove-on-error"
                    + " xattr use-ascii show-headers skip-existing");

    /** The long names of the short options. */
    private static final Map<String, String> LONG_NAMES = new HashMap<>();

    static {
        String names = "X=request H=header d=data F=form G=get I=head u=user b=cookie A=user-agent e=referer m=max-time"
                + " g=globoff T=upload-file r=range K=config :=next k=insecure x=proxy E=cert o=output w=write-out"
                + " D=dump-header c=cookie-jar s=silent S=show-error v=verbose i=include L=location f=fail N=no-buffer"
                + " #=progress-bar O=remote-name 4=ipv4 6=ipv6 0=http1.0 1=tlsv1 2=sslv2 3=sslv3 J=remote-header-name"
                + " R=remote-time j=junk-session-cookies n=netrc p=proxytunnel U=proxy-user y=speed-time Y=speed-limit"
                + " Z=parallel q=disable B=use-ascii";
        for (String name : words(names)) {
            LONG_NAMES.put(name.substring(0, 1), name.substring(2));
        }
    }

    private CurlOptions() {}

    private static Set<String> words(String text) {
        return Set.of(text.split(" ", -1));
    }

    static @Nullable String longName(char name) {
        return LONG_NAMES.get(String.valueOf(name));
    }

    static boolean takesValue(String name) {
        return REQUEST.contains(name) || CONNECTION_WITH_VALUE.contains(name) || OUTPUT_WITH_VALUE.contains(name);
    }

    static boolean isRequest(String name) {
        return REQUEST.contains(name);
    }

    static boolean isSwitch(String name) {
        return SWITCHES.contains(name);
    }

    /** Returns the note for an option that is not part of the request, or null. */
    static @Nullable String note(String name) {
        String positive = name.startsWith("no-") ? name.substring(3) : name;
        if (CONNECTION_WITH_VALUE.contains(name) || CONNECTION.contains(name) || CONNECTION.contains(positive)) {
            return "--" + name + " is determined by the connection";
        }
        boolean isOutput = OUTPUT_WITH_VALUE.contains(name) || OUTPUT.contains(name) || OUTPUT.contains(positive);
        return isOutput ? "--" + name + " only affects curl's output" : null;
    }
}
