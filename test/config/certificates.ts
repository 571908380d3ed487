/**
 * Two self-signed certificates, good until 2126, whose private keys went to /dev/null:
 * openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -days 36500 -subj "/CN=..."
 */
export const firstPem = `-----BEGIN CERTIFICATE-----
MIIBjDCCATGgAwIBAgIUToTMZTS1YH4jAkuUAisCmJ8HH/AwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPcGluZ28gdGVzdCBDQSAxMCAXDTI2MTEyMjA3NTQyM1oYDzIx
MjYxMDI5MDc1NDIzWjAaMRgwFgYDVQQDDA9waW5nbyB0ZXN0IENBIDEwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAASWVyhey/oSSHV3EFrThJiFpZYzZuiLSMHJuFim
HAqamvQkHkjXNiJ0cFq/ms9/ioJ8lPsySXizQqJcmfaEjLCmo1MwUTAdBgNVHQ4E
FgQUo/g162IbH37xpFmCs3GCzfDIpHgwHwYDVR0jBBgwFoAUo/g162IbH37xpFmC
s3GCzfDIpHgwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEArh7J
c8RQDEMsXwfj+ufDWvzdfXiXeb+4HJiqx0WgSoACIQCCthOxjKlVzZB+Ka95KE+q
RjdSf9l7GF9yN9FZxUEK2Q==
-----END CERTIFICATE-----`;

export const secondPem = `-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUFvmVsS87SCoVnrZq/bztj7ecrEkwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPcGluZ28gdGVzdCBDQSAyMCAXDTI2MTEyMjA3NTQyM1oYDzIx
MjYxMDI5MDc1NDIzWjAaMRgwFgYDVQQDDA9waW5nbyB0ZXN0IENBIDIwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQ8Xd16/Tv6ZyOnYTuqqAlTUn0CVG0cc0UMjAb9
9o7jpuY33lIKjm6K0Biy02GjfF8PZh57fc50wruQxBdNb11yo1MwUTAdBgNVHQ4E
FgQUsXmX7f9F8e8WNCVSYXIbR2WliiUwHwYDVR0jBBgwFoAUsXmX7f9F8e8WNCVS
YXIbR2WliiUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBOFg2S
oXfQhH0T6an4tdjhHrDlFd0Mvmh/bt3oKPWEigIhAM71U3d9GwjZbalioobZjoGQ
8tUfweT5Q4EwgsJnodGO
-----END CERTIFICATE-----`;

export const base64 = (text: string): string => Buffer.from(text).toString("base64");
