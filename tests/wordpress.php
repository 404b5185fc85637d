<?php
// As much of WordPress as the plug-in asks for, in memory. Reads steps as JSON from standard input, one a line,
// and writes what the plug-in sends, one request a line.
const ABSPATH = '/';
define( 'BELOW_THE_LINE_URL', $argv[2] );
define( 'BELOW_THE_LINE_SECRET', $argv[3] );
$hooks = $options = $comments = $meta = $posts = $statuses = array();

class Database {
	public $options = 'wp_options';
	public function esc_like( $text ) { return $text; }
	public function prepare( $query, ...$values ) { return $values; }
	public function get_results( $values ) {
		global $options;
		$found = array();
		foreach ( $options as $name => $value ) {
			if ( str_starts_with( $name, rtrim( $values[0], '%' ) ) && count( $found ) < $values[1] ) {
				$found[] = (object) array( 'option_name' => $name, 'option_value' => $value );
			}
		}
		return $found;
	}
	public function delete( $table, $where ) {
		global $options;
		if ( ( $options[ $where['option_name'] ] ?? null ) === $where['option_value'] ) {
			unset( $options[ $where['option_name'] ] );
		}
	}
}
$wpdb = new Database();

function add_action( $name, $do, $priority = 10, $arguments = 1 ) { global $hooks; $hooks[ $name ][] = array( $do, $arguments ); }
function add_filter( $name, $do ) {}
function has_action( $name, $do ) { global $hooks; return isset( $hooks[ $name ] ); }
function register_deactivation_hook( $file, $do ) {}
function do_action( $name, ...$values ) {
	global $hooks;
	foreach ( $hooks[ $name ] ?? array() as list( $do, $arguments ) ) { $do( ...array_slice( $values, 0, $arguments ) ); }
}
function update_option( $name, $value, $autoload ) { global $options; $options[ $name ] = $value; }
function wp_cache_delete( $key, $group ) {}
function wp_json_encode( $value ) { return json_encode( $value ); }
function update_comment_meta( $id, $key, $value ) { global $meta; $meta["$id.$key"] = $value; }
function get_comment_meta( $id, $key, $single ) { global $meta; return $meta["$id.$key"] ?? ''; }
function get_comment( $id ) { global $comments; return $comments[ $id ] ?? null; }
function get_post( $id ) { global $posts; return is_object( $id ) ? $id : $posts[ $id ]; }
function get_permalink( $post ) { return get_post( $post )->permalink; }
function get_the_title( $post ) { return $post->post_title; }
function wp_strip_all_tags( $text ) { return strip_tags( $text ); }
function wp_generate_uuid4() { return bin2hex( random_bytes( 16 ) ); }
function is_wp_error( $answer ) { return null === $answer; }
function wp_remote_retrieve_response_code( $answer ) { return $answer; }
function wp_remote_retrieve_body( $answer ) { return ''; }
function wp_remote_post( $url, $request ) {
	global $statuses;
	echo json_encode( array( 'url' => $url, 'headers' => $request['headers'], 'body' => $request['body'] ) ), "\n";
	return $statuses ? array_shift( $statuses ) : 200;
}

require $argv[1];

while ( $line = fgets( STDIN ) ) {
	$step = json_decode( $line );
	if ( isset( $step->statuses ) ) { $statuses = $step->statuses; }
	if ( isset( $step->post ) ) { $posts[ $step->post->ID ] = $step->post; }
	if ( isset( $step->comment ) ) { $comments[ $step->comment->comment_ID ] = $step->comment; }
	if ( isset( $step->gone ) ) { unset( $comments[ $step->gone ] ); }
	if ( isset( $step->hook ) ) {
		$values = $step->values;
		if ( 'transition_comment_status' === $step->hook ) { $values[2] = get_comment( $values[2] ) ?? (object) array( 'comment_ID' => $values[2] ); }
		do_action( $step->hook, ...$values );
	}
	if ( isset( $step->end ) ) { do_action( 'shutdown' ); }
}
echo json_encode( array( 'left' => count( $options ) ) ), "\n";
